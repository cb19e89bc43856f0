"""Words that tell what a line of a paper's header is: a person, an organisation, a place, something else."""

from __future__ import annotations

import re

ORGANISATION = frozenset(
    """university universität universitaet universite université universidad universidade università universitat
    universiteit universitet universitetet univ univ. uniwersytet univerzita univerza institute institut instituto
    istituto college school academy akademie academia hospital clinic laboratory laboratories laboratoire laboratorium
    lab labs center centre centro zentrum research inc inc. corp corp. corporation ltd ltd. llc gmbh co. company ai
    technologies technology foundation department dept dept. division faculty group team collaboration consortium
    agency ministry council museum society association polytechnic polytechnique politecnico ecole école hochschule
    observatory programa program programme limited bank systems solutions software robotics studio platform initiative
    enterprise network networks intelligence computing science sciences engineering informatics physics mathematics
    statistics chemistry biology medicine electronics federal national international state press library laboratorio
    departamento facultad département fachbereich lehrstuhl chair section unit office bureau commission
    project alliance llp plc s.a. b.v. ag""".split()
)
"""Words that no person's name holds."""

OTHER = frozenset(
    """abstract technical report preprint draft article review letter open access original version published accepted
    received revised submitted copyright keywords introduction contents proceedings conference journal workshop
    volume issue page pages figure table equal contribution corresponding author authors email e-mail correspondence
    supplementary material available online date january february april june july august september october
    november december monday tuesday wednesday thursday friday saturday sunday warning note code data website
    homepage github arxiv under anonymous editor editors edited supervisor advisor thesis dissertation
    member fellow ieee acm index terms the with for and this our we is are at in on from by via using toward towards
    learning model models neural language deep analysis survey study based""".split()
)
"""Words of headers that are neither names nor organisations."""

COUNTRIES = frozenset(
    """afghanistan albania algeria argentina armenia australia austria azerbaijan bahrain bangladesh belarus belgium
    bolivia brasil brazil bulgaria cambodia cameroon canada chile china colombia croatia cuba cyprus czechia denmark
    deutschland ecuador egypt england españa estonia ethiopia finland france georgia germany ghana greece guadeloupe
    hungary iceland india indonesia iran iraq ireland israel italia italy jamaica japan jordan kazakhstan kenya korea
    kuwait latvia lebanon lithuania luxembourg macau macao malaysia malta mexico méxico moldova mongolia morocco
    myanmar nepal netherlands nigeria norway oman pakistan palestine panama paraguay peru philippines poland polska
    portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia spain sweden switzerland
    syria taiwan tanzania thailand tunisia turkey türkiye turkiye uganda uk u.k. ukraine uruguay us usa u.s.a. u.s.
    uzbekistan venezuela vietnam wales yemen zambia zimbabwe uae roc prc p.r.china r.o.c.""".split()
) | {
    "south korea", "republic of korea", "united kingdom", "united states", "united states of america", "the netherlands",
    "hong kong", "hong kong sar", "new zealand", "saudi arabia", "south africa", "sri lanka", "costa rica", "puerto rico",
    "czech republic", "united arab emirates", "people's republic of china", "p. r. china", "p.r. china", "pr china",
    "viet nam", "russian federation", "northern ireland", "the united kingdom", "the united states", "p. r. of china",
    "latin america", "great britain", "south-korea",
}  # fmt: skip

_CITIES = """Aachen;Aalborg;Aarhus;Abu Dhabi;Adelaide;Ahmedabad;Albany;Albuquerque;Amherst;Amsterdam;Ann Arbor;Ankara;
Antwerp;Argonne;Arlington;Athens;Atlanta;Auckland;Austin;Baltimore;Bangalore;Bangkok;Barcelona;Basel;Bath;Baton Rouge;
Beijing;Beer Sheva;Belgrade;Bellevue;Bengaluru;Berkeley;Berlin;Bern;Bethesda;Birmingham;Blacksburg;Bloomington;Bologna;
Bombay;Bonn;Bordeaux;Boston;Boulder;Bozeman;Brisbane;Bristol;Brussels;Bucharest;Budapest;Buenos Aires;Buffalo;Busan;
Cairo;Calgary;Cambridge;Canberra;Cape Town;Cardiff;Changchun;Changsha;Chapel Hill;Charlotte;Charlottesville;Chengdu;
Chennai;Chicago;Chongqing;Christchurch;Cincinnati;Clemson;Cleveland;Cologne;College Park;College Station;Columbia;
Columbus;Copenhagen;Corvallis;Cupertino;Daejeon;Dalian;Dallas;Darmstadt;Davis;Delft;Delhi;Denver;Detroit;Dhaka;Doha;
Dresden;Dubai;Dublin;Dundee;Durham;East Lansing;Edinburgh;Edmonton;Eindhoven;El Paso;Erlangen;Essen;Eugene;Evanston;
Exeter;Fairfax;Florence;Fort Collins;Frankfurt;Freiburg;Fremont;Fukuoka;Fuzhou;Gainesville;Geneva;Genoa;Ghent;Glasgow;
Golm;Gothenburg;Göttingen;Grenoble;Groningen;Guangzhou;Guiyang;Gwangju;Haifa;Halifax;Hamburg;Hamilton;Hangzhou;Hanoi;
Hanover;Harbin;Hefei;Heidelberg;Helsinki;Hong Kong;Honolulu;Houston;Hsinchu;Hyderabad;Incheon;Indianapolis;Innsbruck;
Irvine;Istanbul;Ithaca;Jeddah;Jena;Jerusalem;Jinan;Kaiserslautern;Kanpur;Karachi;Karlsruhe;Kharagpur;Kiel;Kiev;
Kingston;Kobe;Kolkata;Konstanz;Kowloon;Kraków;Krakow;Kuala Lumpur;Kunming;Kyoto;La Jolla;Lahore;Lanzhou;Lausanne;
Leeds;Leicester;Leiden;Leipzig;Leuven;Lexington;Lille;Lima;Lincoln;Linköping;Lisbon;Liverpool;Ljubljana;London;
Los Alamos;Los Angeles;Louisville;Louvain;Lund;Luxembourg;Lyon;Madison;Madrid;Magdeburg;Mainz;Malmö;Manchester;
Manhattan;Mannheim;Marburg;Marseille;Melbourne;Memphis;Menlo Park;Mexico City;Miami;Milan;Milano;Milwaukee;
Minneapolis;Moffett Field;Montpellier;Montreal;Montréal;Moscow;Mountain View;Mumbai;Munich;München;Münster;Nagoya;
Nanchang;Nancy;Nanjing;Naples;Nashville;New Brunswick;New Delhi;New Haven;New Orleans;New York;New York City;Newark;
Newcastle;Nice;Ningbo;Norman;Notre Dame;Nottingham;Oak Ridge;Oakland;Orlando;Osaka;Oslo;Ottawa;Oxford;Padova;Padua;
Palo Alto;Paris;Pasadena;Perth;Philadelphia;Phoenix;Piscataway;Pisa;Pittsburgh;Pohang;Porto;Portland;Potsdam;Poznań;
Prague;Princeton;Providence;Qingdao;Quebec;Raleigh;Redmond;Redwood City;Rennes;Reston;Reykjavik;Richardson;Riga;
Rio de Janeiro;Riverside;Riyadh;Rochester;Rome;Roma;Rotterdam;Saarbrücken;Sacramento;Saint Louis;Salt Lake City;
San Antonio;San Diego;San Francisco;San Jose;San Mateo;Santa Barbara;Santa Clara;Santa Cruz;Santa Fe;Santa Monica;
Santiago;Sao Paulo;São Paulo;Seattle;Sendai;Seoul;Shanghai;Sheffield;Shenyang;Shenzhen;Singapore;Sofia;Southampton;
Stanford;St Andrews;St. Louis;St. Petersburg;Stockholm;Stony Brook;Strasbourg;Stuttgart;Sunnyvale;Suwon;Suzhou;Sydney;
Syracuse;Taipei;Taiyuan;Tallinn;Tampa;Tampere;Tartu;Tehran;Tel Aviv;Tempe;The Hague;Tianjin;Tokyo;Toronto;Toulouse;
Trento;Trieste;Trondheim;Troy;Tsukuba;Tübingen;Tucson;Turin;Torino;Turku;Tuscaloosa;Twente;Uppsala;Urbana;Utrecht;
Vancouver;Venice;Vienna;Vilnius;Waltham;Warsaw;Washington;Waterloo;West Lafayette;Williamsburg;Worcester;Wuhan;
Würzburg;Xi'an;Xi’an;Xian;Xiamen;Yokohama;York;Yorktown Heights;Zagreb;Zhengzhou;Zhuhai;Zurich;Zürich;Beijing City;
Clearwater Bay;Bengaluru;Sha Tin;Shatin;Haidian;Pudong;Hubei;Hebei;Henan;Hunan;Jiangsu;Zhejiang;Guangdong;Guangxi;
Sichuan;Shaanxi;Shanxi;Shandong;Fujian;Anhui;Jilin;Liaoning;Heilongjiang;Yunnan;Hainan;Jiangxi;Gansu;Ontario;Quebec;
British Columbia;Alberta;Manitoba;Nova Scotia;New South Wales;Victoria;Queensland;Bavaria;California;Texas;Florida;
Massachusetts;Pennsylvania;Illinois;Michigan;Ohio;Virginia;Maryland;New Jersey;Connecticut;Colorado;Arizona;Georgia;
Indiana;Iowa;Kansas;Kentucky;Louisiana;Minnesota;Missouri;Montana;Nebraska;Nevada;New Hampshire;New Mexico;
North Carolina;Oklahoma;Oregon;Rhode Island;South Carolina;Tennessee;Utah;Vermont;Wisconsin;Wyoming;Alabama;Alaska;
Arkansas;Delaware;Hawaii;Idaho;Maine;Mississippi;South Dakota;North Dakota;West Virginia;Washington DC;
Washington D.C.;D.C.;Jülich;Daejon;Hayang;Ansan;Kyunggi-Do;Kyongsan;Kyungbuk;Gyeonggi;Kanagawa;Ibaraki;Greenbelt"""
CITIES = frozenset(city.strip().lower() for city in _CITIES.replace("\n", "").split(";"))

DEPARTMENT = re.compile(
    r"^(?:the )?(?:department|dept|division|faculty|section|chair|unit|graduate school|school|college|laboratory|lab"
    r"|group|institute|center|centre|program|programme|state key lab\w*|key lab\w*|ministry|département|departamento"
    r"|facultad|fachbereich|lehrstuhl|departments|schools|institut für|istituto|dipartimento|facoltà|ufr|umr)\b",
    re.IGNORECASE,
)
"""A part of an organisation, when the organisation itself stands beside it."""


def is_place(text: str) -> bool:
    """Whether a piece of an address is a country, a city, a state or a postal code, with or without numbers."""
    bare = re.sub(r"\b(?:[A-Z]{1,2}[-–])?\d[\w-]*\b", " ", text)
    bare = re.sub(r"\s+", " ", bare).strip(" .,;-–()")
    lower = bare.lower()
    if not bare or lower in COUNTRIES or lower in CITIES or re.fullmatch(r"[A-Z]{2}", bare):
        return True
    words = lower.split()
    if len(words) >= 2:
        for cut in range(1, len(words)):
            if " ".join(words[:cut]) in CITIES and (
                " ".join(words[cut:]) in COUNTRIES | CITIES or re.fullmatch(r"[A-Z]{2}", bare.split()[cut])
            ):
                return True
    return bool(re.search(r"\b(?:street|road|avenue|ave|blvd|lane|drive|district|province|city|p\.?o\.? box|floor|building"
                          r"|straße|strasse|rue|via|allee|campus|room)\b", lower)) or bool(
        re.search(r"(?:straße|strasse|weg|platz)\b", lower)
    )  # fmt: skip
