// Slack's names of the emoji that papers and their readers are likely to meet. Others stay `:name:`, as in Slack.

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|clap 👏|raised_hands 🙌|pray 🙏|wave 👋|ok_hand 👌|muscle 💪|eyes 👀|point_right 👉
point_left 👈|point_up ☝️|point_down 👇|writing_hand ✍️|handshake 🤝|smile 😄|smiley 😃|grinning 😀|grin 😁|joy 😂|laughing 😆
slightly_smiling_face 🙂|wink 😉|blush 😊|heart_eyes 😍|thinking_face 🤔|neutral_face 😐|confused 😕|cry 😢|sob 😭|scream 😱
sunglasses 😎|nerd_face 🤓|exploding_head 🤯|sleeping 😴|tada 🎉|confetti_ball 🎊|rocket 🚀|star ⭐|star2 🌟|sparkles ✨|fire 🔥
100 💯|heart ❤️|blue_heart 💙|green_heart 💚|yellow_heart 💛|purple_heart 💜|boom 💥|zap ⚡|bulb 💡|mag 🔍|mag_right 🔎
microscope 🔬|telescope 🔭|test_tube 🧪|dna 🧬|brain 🧠|robot_face 🤖|computer 💻|keyboard ⌨️|floppy_disk 💾|gear ⚙️|wrench 🔧
hammer_and_wrench 🛠️|link 🔗|paperclip 📎|pushpin 📌|round_pushpin 📍|bookmark 🔖|bookmark_tabs 📑|books 📚|book 📖|open_book 📖
notebook 📓|newspaper 📰|page_facing_up 📄|page_with_curl 📃|scroll 📜|clipboard 📋|memo 📝|pencil 📝|pencil2 ✏️|card_index 📇
file_folder 📁|open_file_folder 📂|card_file_box 🗃️|file_cabinet 🗄️|wastebasket 🗑️|bar_chart 📊|chart_with_upwards_trend 📈
chart_with_downwards_trend 📉|calendar 📅|date 📅|spiral_calendar_pad 🗓️|clock9 🕘|alarm_clock ⏰|stopwatch ⏱️
hourglass ⌛|hourglass_flowing_sand ⏳|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|email 📧|inbox_tray 📥
outbox_tray 📤|package 📦|lock 🔒|unlock 🔓|key 🔑|shield 🛡️|globe_with_meridians 🌐|earth_africa 🌍|school 🏫|office 🏢
mortar_board 🎓|trophy 🏆|white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎
warning ⚠️|exclamation ❗|question ❓|grey_question ❔|information_source ℹ️|no_entry ⛔|no_entry_sign 🚫|construction 🚧|sos 🆘
recycle ♻️|repeat 🔁|arrows_counterclockwise 🔄|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrow_forward ▶️
rewind ⏪|fast_forward ⏩|double_vertical_bar ⏸️|black_square_for_stop ⏹️|heavy_plus_sign ➕|heavy_minus_sign ➖
large_green_circle 🟢|large_yellow_circle 🟡|red_circle 🔴|large_blue_circle 🔵|white_circle ⚪|black_circle ⚫
small_blue_diamond 🔹|small_orange_diamond 🔸|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|cn 🇨🇳|de 🇩🇪|gb 🇬🇧|us 🇺🇸|coffee ☕
`;

export const EMOJI = new Map(TABLE.trim().split(/[|\n]/).map((entry) => entry.split(" ")));
export const QUICK = ["+1", "eyes", "tada"];
export const PICKABLE = ["+1", "-1", "clap", "raised_hands", "pray", "eyes", "tada", "rocket", "fire", "100", "heart", "bulb", "thinking_face", "brain", "books", "memo", "star", "white_check_mark", "x", "question", "wave", "smile", "joy", "exploding_head"];

export const emoji = (name) => EMOJI.get(name.replace(/::skin-tone-\d$/, "")) ?? `:${name}:`;
