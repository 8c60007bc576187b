//! Keys by which what people write differently is found to be the same: names of firms, web and mail addresses,
//! telephone numbers; and how far two keys are apart. The browser makes the same keys (`model/expression/likeness.ts`).

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{
    Name, Value,
    import::folded_value,
    text::{fold, is_accent},
};

/// Words at the end of a firm's name that say only of what legal form it is; those of several words apart.
const LEGAL: &[&str] = &[
    "CO",
    "COMPANY",
    "LTD",
    "LIMITED",
    "LTDA",
    "INC",
    "INCORPORATED",
    "CORP",
    "CORPORATION",
    "LLC",
    "LLP",
    "LP",
    "PLC",
    "GMBH",
    "MBH",
    "AG",
    "KG",
    "KGAA",
    "OHG",
    "UG",
    "EK",
    "SE",
    "SARL",
    "SAS",
    "SASU",
    "EURL",
    "SA",
    "SPA",
    "SRL",
    "SL",
    "SLU",
    "SNC",
    "BV",
    "BVBA",
    "NV",
    "VOF",
    "OY",
    "OYJ",
    "AB",
    "AS",
    "ASA",
    "APS",
    "HF",
    "EHF",
    "PTY",
    "PTE",
    "PVT",
    "SDN",
    "BHD",
    "KK",
    "DOO",
    "DD",
    "AD",
    "EOOD",
    "OOD",
    "SRO",
    "KFT",
    "ZRT",
    "OU",
    "UAB",
    "SIA",
    "OOO",
    "OAO",
    "ZAO",
    "PAO",
    "JSC",
    "PJSC",
    "CJSC",
    "FZE",
    "FZCO",
    "FZC",
    "FZLLC",
    "DMCC",
    "WLL",
    "STI",
    "ANONIM",
    "AND",
];
const LEGAL_PHRASES: &[&[&str]] =
    &[&["DE", "CV"], &["DE", "RL"], &["SP", "Z", "OO"], &["SP", "ZOO"], &["LTD", "STI"], &["A", "S"], &["S", "A"]];
const LEGAL_HAN: &[&str] = &["股份有限公司", "有限责任公司", "有限公司", "股份公司", "公司"];

/// The key of a firm's name: capitals without accents, spaces and punctuation, without `The` before and the legal form
/// behind. Nothing if nothing is left.
///
/// ```
/// use kernel::likeness::name_key;
/// assert_eq!(name_key("Acme Industrial, S.A. de C.V."), name_key("ACME INDUSTRIAL SA DE CV"));
/// assert_eq!(name_key("宁波海星贸易有限公司").as_deref(), Some("宁波海星贸易"));
/// ```
#[must_use]
pub fn name_key(name: &str) -> Option<String> {
    let plain = capitals(name);
    let spaced = without_punctuation(&plain);
    let mut words: Vec<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() > 1 && words.first() == Some(&"THE") {
        words.remove(0);
    }
    while let Some(shorter) = without_legal_form(&words) {
        words = shorter;
    }
    let key = words.concat();
    (!key.is_empty()).then_some(key)
}

/// [`name_key`] with `AE`, `OE` and `UE` as `A`, `O` and `U`: `Mueller` is `Müller`.
#[must_use]
pub fn loose_name_key(name: &str) -> Option<String> {
    name_key(name).map(|key| key.replace("AE", "A").replace("OE", "O").replace("UE", "U"))
}

fn capitals(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_uppercase).nfkd().filter(|c| !is_accent(*c)) {
        match c {
            'Ø' => plain.push('O'),
            'Æ' => plain.push_str("AE"),
            'Œ' => plain.push_str("OE"),
            'Ł' => plain.push('L'),
            'Đ' | 'Ð' => plain.push('D'),
            'Þ' => plain.push_str("TH"),
            'ẞ' => plain.push_str("SS"),
            c => plain.push(c),
        }
    }
    plain.nfkc().collect()
}

/// Initials joined (`S.A.` is `SA`), apostrophes dropped, `&` and `+` said in words, everything else a space.
fn without_punctuation(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    // How many letters the word at hand has so far, initials of one letter joined.
    let mut letters = 0;
    for c in text.chars() {
        match c {
            '&' | '+' => {
                spaced.push_str(" AND ");
                letters = 0;
            }
            '\'' | '`' | '´' | '‘' | '’' | 'ʼ' | '′' => {}
            '.' if letters == 1 => letters = 0,
            c if c.is_alphanumeric() || is_combining_mark(c) => {
                spaced.push(c);
                letters += 1;
            }
            _ => {
                spaced.push(' ');
                letters = 0;
            }
        }
    }
    spaced
}

fn without_legal_form<'w>(words: &[&'w str]) -> Option<Vec<&'w str>> {
    for phrase in LEGAL_PHRASES {
        if words.len() > phrase.len() && words.ends_with(phrase) {
            return words.get(..words.len() - phrase.len()).map(<[_]>::to_vec);
        }
    }
    let (last, before) = words.split_last()?;
    if !before.is_empty() && (LEGAL.contains(last) || LEGAL_HAN.contains(last)) {
        return Some(before.to_vec());
    }
    let shorter = LEGAL_HAN.iter().find_map(|end| last.strip_suffix(end)).filter(|rest| !rest.is_empty())?;
    Some(before.iter().copied().chain([shorter]).collect())
}

/// Providers with whom anybody has a mail box or a page, by the first label of what can be registered.
const ANYBODYS: &[&str] = &[
    "gmail",
    "googlemail",
    "yahoo",
    "ymail",
    "rocketmail",
    "hotmail",
    "outlook",
    "live",
    "msn",
    "icloud",
    "mac",
    "aol",
    "gmx",
    "web",
    "t-online",
    "freenet",
    "mail",
    "inbox",
    "bk",
    "list",
    "yandex",
    "ya",
    "rambler",
    "qq",
    "foxmail",
    "163",
    "126",
    "188",
    "yeah",
    "sina",
    "sohu",
    "139",
    "189",
    "wo",
    "aliyun",
    "tom",
    "21cn",
    "vip",
    "naver",
    "hanmail",
    "daum",
    "proton",
    "protonmail",
    "zoho",
    "rediffmail",
    "libero",
    "virgilio",
    "tiscali",
    "orange",
    "wanadoo",
    "free",
    "laposte",
    "sfr",
    "uol",
    "bol",
    "terra",
    "ig",
    "comcast",
    "verizon",
    "att",
    "btinternet",
    "bigpond",
    "optusnet",
    "alibaba",
    "1688",
    "taobao",
    "made-in-china",
    "globalsources",
    "dhgate",
    "amazon",
    "ebay",
    "etsy",
    "facebook",
    "linkedin",
    "instagram",
    "weixin",
    "wixsite",
    "blogspot",
    "wordpress",
    "shopify",
    "myshopify",
    "github",
];
/// Labels under a country's own under which names are registered: `co.uk`, `com.cn`.
const SECOND: &[&str] = &[
    "co", "com", "net", "org", "gov", "edu", "ac", "or", "ne", "go", "gob", "gouv", "nom", "id", "web", "mil", "sch",
    "ltd", "plc", "ind", "firm", "biz", "info", "ad", "gr", "re", "pe", "nhs", "asn",
];

/// The domain that somebody registered, of a web or mail address: `www.acme.co.uk/shop` and `a@mail.acme.co.uk` are
/// both `acme.co.uk`. Nothing for what is no domain, and for providers with whom anybody has one.
///
/// ```
/// use kernel::likeness::domain_key;
/// assert_eq!(domain_key("https://www.Acme.co.uk/shop").as_deref(), Some("acme.co.uk"));
/// assert_eq!(domain_key("someone@gmail.com"), None);
/// ```
#[must_use]
pub fn domain_key(address: &str) -> Option<String> {
    let lower: String = address.nfkc().flat_map(char::to_lowercase).collect();
    let rest = lower.trim();
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
    let rest = rest.strip_prefix("mailto:").unwrap_or(rest);
    let host = rest.split(['/', '?', '#', ' ', ',', ';']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || is_combining_mark(c))
    };
    let top = labels.last()?;
    if labels.len() < 2 || !labels.iter().all(is_label) || top.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let by_country = top.chars().count() == 2 && labels.len() > 2;
    let second = labels.get(labels.len() - 2)?;
    let count = if by_country && SECOND.contains(second) { 3 } else { 2 };
    let registered = labels.get(labels.len() - count..)?;
    if ANYBODYS.contains(registered.first()?) {
        return None;
    }
    Some(registered.join("."))
}

/// Countries whose numbers keep the 0 at their beginning.
const KEEP_ZERO: &[&str] = &["39", "378", "379"];
/// Fewer digits are no number that can be called from abroad.
const SHORTEST: usize = 6;
/// More are no number at all.
const LONGEST: usize = 15;

/// The digits of a telephone number with its country's code: `0049 (0)40 123456` and, in a country of code 49,
/// `040-123456` are both `4940123456`. Nothing if the country is not known.
///
/// ```
/// use kernel::likeness::phone_key;
/// assert_eq!(phone_key("0049 (0)40 123456", "").as_deref(), Some("4940123456"));
/// assert_eq!(phone_key("040-123456", "49").as_deref(), Some("4940123456"));
/// ```
#[must_use]
pub fn phone_key(number: &str, code: &str) -> Option<String> {
    let plain: String = number.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect();
    let plain = plain.replace("(0)", "");
    let digits = digits_of(&plain);
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let abroad = plain.chars().find(|c| c.is_ascii_digit() || *c == '+') == Some('+');
    let key = if abroad {
        digits
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else if code.is_empty() {
        return None;
    } else if digits.len() >= 12 && digits.starts_with(&code)
        || digits.len() == 11 && code == "1" && digits.starts_with('1')
    {
        digits
    } else if digits.len() == 11 && code == "7" && digits.starts_with('8') {
        format!("7{}", digits.get(1..)?)
    } else if KEEP_ZERO.contains(&code.as_str()) {
        format!("{code}{digits}")
    } else {
        format!("{code}{}", digits.strip_prefix('0').unwrap_or(&digits))
    };
    (key.len() >= SHORTEST && key.len() > code.len()).then_some(key)
}

/// A telephone number as E.164 has it, with the extension behind it; nothing if its country is not known.
///
/// ```
/// use kernel::likeness::e164;
/// assert_eq!(e164("0049 (0)40 123456", "").as_deref(), Some("+4940123456"));
/// assert_eq!(e164("040-123456 ext. 12", "49").as_deref(), Some("+4940123456 ext. 12"));
/// assert_eq!(e164("040-123456", ""), None);
/// ```
#[must_use]
pub fn e164(number: &str, code: &str) -> Option<String> {
    let key = phone_key(number, code).filter(|key| key.len() <= LONGEST)?;
    let narrow: String = number.nfkc().collect();
    let (begun, extension) = parted(&narrow);
    let extension: String = extension.chars().filter(char::is_ascii_digit).collect();
    // A second number is no extension.
    let alone = extension.len() < SHORTEST && begun;
    alone.then(|| if extension.is_empty() { format!("+{key}") } else { format!("+{key} ext. {extension}") })
}

/// The digits of a number without its extension: what follows a letter or a sign that parts, once the number has begun.
fn digits_of(number: &str) -> String {
    number.get(..number.len() - parted(number).1.len()).unwrap_or(number).chars().filter(char::is_ascii_digit).collect()
}

/// Whether the number has begun, and what follows it: from the sign or letter on that parts.
fn parted(number: &str) -> (bool, &str) {
    let mut digits = 0;
    for (at, c) in number.char_indices() {
        if c.is_ascii_digit() {
            digits += 1;
        } else if digits >= SHORTEST - 1 && (c.is_alphabetic() || matches!(c, '#' | ',' | ';')) {
            return (true, number.get(at..).unwrap_or_default());
        }
    }
    (digits >= SHORTEST - 1, "")
}

/// A name in capitals throughout with only the first letter of each word great; any other as it is.
///
/// ```
/// use kernel::likeness::title_case;
/// assert_eq!(title_case("ACME INDUSTRIAL-WORKS"), "Acme Industrial-Works");
/// assert_eq!(title_case("eBay"), "eBay");
/// ```
#[must_use]
pub fn title_case(text: &str) -> String {
    if text.chars().any(char::is_lowercase) {
        return text.to_owned();
    }
    let mut cased = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            cased.extend(c.to_lowercase())
        } else {
            cased.push(c)
        }
        inside = c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\'' | '’');
    }
    cased
}

/// How many letters must be added, taken away or changed to make one text of the other; nothing if more than `most`.
#[must_use]
pub fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, one) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(one != other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
        if row.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
    }
    row.last().copied().filter(|found| *found <= most)
}

/// Shorter texts are never near: too many of them are.
pub const SHORTEST_NEAR: usize = 8;

/// What keys of texts are kept apart by: the entity, the field, and what must be the same beside.
#[must_use]
pub fn near_scope(entity: &Name, field: &Name, with: &[(Name, Value)]) -> String {
    let beside: Vec<String> = with.iter().map(|(_, value)| folded_value(value).to_string()).collect();
    format!("{entity}\u{1}{field}\u{1}{}", beside.join("\u{1}"))
}

/// The keys under which a text is kept, so that texts at most `distance` apart share one with [`near_probes`].
///
/// A text is cut into one piece more than the distance: of a text so near, at least one piece stands unchanged, moved by
/// at most the distance. After Li, Deng, Wang, Feng: Pass-Join, 2011. So a text has two or three keys, where all its
/// variants with letters left out would be hundreds.
#[must_use]
pub fn near_keys(scope: &str, text: &str, distance: usize) -> Vec<i64> {
    let letters: Vec<char> = folded(text);
    if letters.len() < SHORTEST_NEAR {
        return Vec::new();
    }
    let pieces = pieces(letters.len(), distance);
    let keys = pieces.enumerate().filter_map(|(i, (start, length))| {
        letters.get(start..start + length).map(|piece| near_key(scope, letters.len(), i, piece))
    });
    keys.collect()
}

/// The keys under which texts at most `distance` from this one may be kept.
#[must_use]
pub fn near_probes(scope: &str, text: &str, distance: usize) -> Vec<i64> {
    let letters: Vec<char> = folded(text);
    let mut probes = Vec::new();
    for length in letters.len().saturating_sub(distance).max(SHORTEST_NEAR)..=letters.len() + distance {
        for (i, (start, size)) in pieces(length, distance).enumerate() {
            for from in start.saturating_sub(distance)..=start + distance {
                probes.extend(letters.get(from..from + size).map(|piece| near_key(scope, length, i, piece)));
            }
        }
    }
    probes.sort_unstable();
    probes.dedup();
    probes
}

/// How far two texts are apart as they are compared, if no further than `most`.
#[must_use]
pub fn is_near(a: &str, b: &str, most: usize) -> bool {
    let (a, b) = (fold(a), fold(b));
    let long = |text: &str| text.chars().count() >= SHORTEST_NEAR;
    long(&a) && long(&b) && distance(&a, &b, most).is_some()
}

fn folded(text: &str) -> Vec<char> {
    fold(text).chars().collect()
}

/// Where the pieces of a text of this length start, and how long they are; the later ones are the longer.
fn pieces(length: usize, distance: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = distance + 1;
    let (size, longer) = (length / count, length % count);
    (0..count).scan(0, move |start, i| {
        let size = size + usize::from(i >= count - longer);
        let piece = (*start, size);
        *start += size;
        Some(piece)
    })
}

/// FNV-1a: stays the same for all time, since keys are stored.
fn near_key(scope: &str, length: usize, piece: usize, letters: &[char]) -> i64 {
    let text: String = letters.iter().collect();
    let bytes = format!("{scope}\u{1}{length}\u{1}{piece}\u{1}{text}");
    let hash = bytes.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_were_added_taken_away_and_changed_are_counted() {
        assert_eq!(distance("BLUEHARBOR", "BLUEHARBOR", 2), Some(0));
        assert_eq!(distance("BLUEHARBOR", "BLUEHARBOUR", 2), Some(1));
        assert_eq!(distance("BLUEHARBOR", "BLEUHARBOR", 2), Some(2));
        assert_eq!(distance("BLUEHARBOR", "BLACKHARBOR", 2), None);
        assert_eq!(distance("", "AB", 2), Some(2));
        assert_eq!(distance("海星贸易", "海星商贸", 2), Some(2));
    }

    #[test]
    fn a_name_of_nothing_but_its_legal_form_is_kept() {
        assert_eq!(name_key("Company").as_deref(), Some("COMPANY"));
        assert_eq!(name_key("公司").as_deref(), Some("公司"));
        assert_eq!(name_key(" -- "), None);
    }

    #[test]
    fn texts_that_are_near_share_a_key_whatever_was_changed() {
        let text = "BLUEHARBORTRADING";
        let kept = near_keys("s", text, 2);
        assert_eq!(kept.len(), 3);
        let letters: Vec<char> = text.chars().collect();
        for i in 0..letters.len() {
            for j in 0..letters.len() {
                let mut changed = letters.clone();
                changed[i] = '#';
                changed.remove(j);
                let mut added = letters.clone();
                added.insert(i, '#');
                added.insert(j, '%');
                for variant in [changed, added] {
                    let variant: String = variant.into_iter().collect();
                    let probes = near_probes("s", &variant, 2);
                    assert!(kept.iter().any(|key| probes.contains(key)), "{variant}");
                    assert!(is_near(text, &variant, 2));
                }
            }
        }
        assert!(near_probes("other", text, 2).iter().all(|probe| !kept.contains(probe)));
        assert!(near_keys("s", "SHORTER", 2).is_empty());
    }
}
