// Times of the workspace, as a person in a zone reads them.

import { language, phrase } from "./words.js";

const cache = new Map();
const OURS = language === "zh" ? "zh-CN" : "en-GB";
const SLACKS = language === "zh" ? "zh-CN" : "en-US";

function formatter(options, zone, locale) {
  const key = JSON.stringify([options, zone, locale]);
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }));
  return cache.get(key);
}

const say = (seconds, zone, options) => formatter(options, zone, OURS).format(new Date(seconds * 1000));

export const clockTime = (seconds, zone) => say(seconds, zone, { hour: "2-digit", minute: "2-digit" });
export const longTime = (seconds, zone) =>
  say(seconds, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const shortNow = (seconds, zone) => say(seconds, zone, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
/** DD/MM/YYYY, whoever looks. */
export const dayKey = (seconds, zone) => formatter({ year: "numeric", month: "2-digit", day: "2-digit" }, zone, "en-GB").format(new Date(seconds * 1000));

function nearDay(seconds, zone, now) {
  const day = dayKey(seconds, zone);
  if (day === dayKey(now, zone)) return phrase("today");
  return day === dayKey(now - 86400, zone) ? phrase("yesterday") : null;
}

export const dayName = (seconds, zone, now) => nearDay(seconds, zone, now) ?? say(seconds, zone, { weekday: "long", day: "numeric", month: "long" });

export function ago(seconds, now) {
  const passed = Math.max(0, now - seconds);
  const [unit, length] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, length]) => passed >= length) ?? ["", 0];
  if (!unit) return phrase("just_now");
  const count = Math.floor(passed / length);
  return phrase(count === 1 ? `${unit}_ago` : `${unit}s_ago`, { count });
}

/** Slack's `<!date^TS^FORMAT>`, https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
export function slackDate(seconds, format, zone, now) {
  const date = (options) => formatter(options, zone, SLACKS).format(new Date(seconds * 1000));
  const pretty = (words) => nearDay(seconds, zone, now)?.toLowerCase() ?? words;
  const long = date({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
  const medium = date({ month: "long", day: "numeric", year: "numeric" });
  const short = date({ month: "short", day: "numeric", year: "numeric" });
  const forms = {
    date_num: dayKey(seconds, zone).split("/").reverse().join("-"),
    date_slash: date({ year: "numeric", month: "2-digit", day: "2-digit" }),
    date: medium,
    date_pretty: pretty(medium),
    date_short: short,
    date_short_pretty: pretty(short),
    date_long: long,
    date_long_pretty: pretty(long),
    day_divider_pretty: pretty(long),
    time: clockTime(seconds, zone),
    time_secs: say(seconds, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: ago(seconds, now),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => forms[name] ?? whole);
}

/** Seconds since the epoch at which clocks in a zone show this date and time. */
export function instant(year, month, day, hour, minute, zone) {
  const wall = Date.UTC(year, month - 1, day, hour, minute) / 1000;
  let found = wall;
  for (let turn = 0; turn < 2; turn += 1) found = wall - offset(found, zone);
  return found;
}

function offset(seconds, zone) {
  const shown = wallTime(seconds, zone);
  return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second) / 1000 - Math.floor(seconds);
}

export function wallTime(seconds, zone) {
  const options = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" };
  const found = Object.fromEntries(formatter(options, zone, "en-GB").formatToParts(new Date(seconds * 1000)).map((each) => [each.type, Number(each.value)]));
  return found;
}

/** The next time after `seconds` that clocks in the zone show HH:MM, on that weekday (0 is Sunday) if one is given. */
export function next(seconds, zone, hour, minute, weekday = null) {
  const { year, month, day } = wallTime(seconds, zone);
  for (let ahead = 0; ; ahead += 1) {
    const date = new Date(Date.UTC(year, month - 1, day + ahead));
    const at = instant(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), hour, minute, zone);
    if (at > seconds && (weekday === null || date.getUTCDay() === weekday)) return at;
  }
}
