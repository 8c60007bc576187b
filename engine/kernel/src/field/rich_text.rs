//! `rich_text`: paragraphs, headings, lists, emphasis and links. What is kept is never what was sent: the text is read and
//! written anew with a short list of elements, every other sign escaped, so that nothing in it can run.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::json;

use super::{Behaviour, Column, Wrong, text::string};
use crate::{Value, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::LongText,
    scale: 0,
    operators: &["contains", "is null", "is not null"],
    properties: &["max"],
    value_type: |_| Type::Text,
    parse: |field, json| {
        let html = clean(string(json)?);
        let count = plain_text(&html).chars().count();
        let most = field.max.and_then(|most| most.to_usize()).unwrap_or(20_000);
        // Marks count too, though less strictly: a text of nothing but them must not grow without bound.
        if count > most || html.len() > 100_000.max(most * 20) {
            let told = format!("expected at most {most} characters, but found {count}");
            return Err(Wrong::limit("too_long", told, Decimal::from(most)));
        }
        Ok(if count == 0 { Value::Null } else { Value::text(html) })
    },
    schema: |_| json!({"type": "string", "contentMediaType": "text/html", "description": "a few elements of HTML; others are taken out"}),
    example: |_| "<p>Ask for <strong>two samples</strong>.</p>".into(),
    cell: Some(import::rich_text),
    show: Some(|value, _| value.as_text().map(plain_text).unwrap_or_default()),
};

/// Elements that are kept, with what they are written as.
const KEPT: [(&str, &str); 19] = [
    ("p", "p"),
    ("div", "p"),
    ("br", "br"),
    ("b", "strong"),
    ("strong", "strong"),
    ("i", "em"),
    ("em", "em"),
    ("u", "u"),
    ("s", "s"),
    ("strike", "s"),
    ("del", "s"),
    ("ul", "ul"),
    ("ol", "ol"),
    ("li", "li"),
    ("a", "a"),
    ("h1", "h3"),
    ("h2", "h3"),
    ("h3", "h3"),
    ("blockquote", "blockquote"),
];

/// Elements whose content is no text.
const DROPPED: [&str; 11] =
    ["script", "style", "template", "iframe", "object", "svg", "math", "noscript", "title", "textarea", "select"];

/// Elements that begin a line of their own.
const BLOCKS: [&str; 6] = ["p", "h3", "ul", "ol", "li", "blockquote"];

/// Deeper than this nothing is nested.
const DEEPEST: usize = 20;

/// The same text with the elements that are kept.
///
/// ```
/// use kernel::field::clean_html;
/// assert_eq!(clean_html("<b onclick=x>Hi</b><script>alert(1)</script>"), "<strong>Hi</strong>");
/// assert_eq!(clean_html("<a href='javascript:x'>go</a>"), "<a>go</a>");
/// assert_eq!(clean_html("1 < 2 & 3"), "1 &lt; 2 &amp; 3");
/// ```
#[must_use]
pub fn clean(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<&'static str> = Vec::new();
    for piece in Pieces(html) {
        match piece {
            Piece::Text(text) => escape(&decode(text), &mut out),
            Piece::Open(name, attributes) => {
                let Some((_, written)) = KEPT.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) else {
                    continue;
                };
                if *written == "br" {
                    out.push_str("<br>");
                    continue;
                }
                // A paragraph holds no block, and an item ends the item before it.
                if BLOCKS.contains(written) && open.last() == Some(&"p") {
                    close_to(open.len() - 1, &mut open, &mut out);
                }
                if *written == "li" && open.last() == Some(&"li") {
                    close_to(open.len() - 1, &mut open, &mut out);
                }
                if open.len() >= DEEPEST || (*written == "a" && open.contains(&"a")) {
                    continue;
                }
                out.push('<');
                out.push_str(written);
                if *written == "a"
                    && let Some(address) = attribute(attributes, "href").and_then(|a| safe_address(&decode(a)))
                {
                    out.push_str(" href=\"");
                    escape(&address, &mut out);
                    out.push('"');
                }
                out.push('>');
                open.push(written);
            }
            Piece::Close(name) => {
                let written = KEPT.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, w)| *w);
                if let Some(at) = written.and_then(|w| open.iter().rposition(|o| *o == w)) {
                    close_to(at, &mut open, &mut out);
                }
            }
        }
    }
    close_to(0, &mut open, &mut out);
    out.trim().to_owned()
}

fn close_to(depth: usize, open: &mut Vec<&'static str>, out: &mut String) {
    while open.len() > depth {
        if let Some(name) = open.pop() {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
    }
}

/// A rich text without its elements, a line a paragraph: for the search, lists and files.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let mut out = String::new();
    for piece in Pieces(html) {
        match piece {
            Piece::Text(text) => out.push_str(&decode(text)),
            Piece::Open(name, _) | Piece::Close(name) => {
                let written = KEPT.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map_or("", |(_, w)| w);
                if (written == "br" || BLOCKS.contains(&written)) && !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
    out.trim().to_owned()
}

/// A plain text as a rich one.
pub(crate) fn from_plain(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        out.push_str("<p>");
        escape(line.trim(), &mut out);
        out.push_str("</p>");
    }
    out
}

enum Piece<'h> {
    Text(&'h str),
    Open(&'h str, &'h str),
    Close(&'h str),
}

/// The pieces of a text in HTML. Whatever is not surely an element is text.
struct Pieces<'h>(&'h str);

impl<'h> Iterator for Pieces<'h> {
    type Item = Piece<'h>;

    fn next(&mut self) -> Option<Piece<'h>> {
        loop {
            if self.0.is_empty() {
                return None;
            }
            let at = tag_start(self.0).unwrap_or(self.0.len());
            if at > 0 {
                let (text, rest) = self.0.split_at(at);
                self.0 = rest;
                return Some(Piece::Text(text));
            }
            if let Some(rest) = self.0.strip_prefix("<!--") {
                self.0 = rest.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            let end = tag_end(self.0);
            let (tag, rest) = self.0.split_at(end);
            self.0 = rest;
            let tag = tag.trim_start_matches('<').trim_end_matches('>');
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Piece::Close(name.trim()));
            }
            let cut = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
            let (name, attributes) = tag.split_at(cut);
            if DROPPED.iter().any(|dropped| name.eq_ignore_ascii_case(dropped)) {
                self.0 = after_close(self.0, name);
                continue;
            }
            // `<!doctype …>` and `<?xml …?>` have no name.
            if !name.is_empty() {
                return Some(Piece::Open(name, attributes));
            }
        }
    }
}

/// Where the next element or comment begins.
fn tag_start(html: &str) -> Option<usize> {
    html.match_indices('<').map(|(at, _)| at).find(|at| {
        let next = html.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    })
}

/// Where the element that begins here ends; a `>` within quotes does not end it.
fn tag_end(html: &str) -> usize {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    html.len()
}

/// What follows the end of an element whose content is dropped.
fn after_close<'h>(html: &'h str, name: &str) -> &'h str {
    let lower = html.to_ascii_lowercase();
    let Some(at) = lower.find(&format!("</{}", name.to_ascii_lowercase())) else { return "" };
    let rest = html.get(at..).unwrap_or_default();
    rest.split_once('>').map_or("", |(_, rest)| rest)
}

/// The value of an attribute.
fn attribute<'a>(attributes: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() && after.is_empty() {
            return None;
        }
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(value) => match value.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let inner = value.get(1..).unwrap_or_default();
                    inner.split_once(quote).unwrap_or((inner, ""))
                }
                _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            },
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next;
    }
}

/// An address that a link may have: http, https, mail, telephone.
fn safe_address(address: &str) -> Option<String> {
    let address = address.trim();
    let lower = address.to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme));
    (known && address.len() <= 2_000 && !address.chars().any(|c| c.is_control() || c.is_whitespace()))
        .then(|| address.to_owned())
}

/// Signs that were written by name or number. Unknown ones stay as they were written.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let word = from.get(1..).and_then(|w| w.split_once(';')).map(|(w, _)| w).filter(|w| w.len() <= 8);
        let sign = word.and_then(|word| match word {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" | "#39" => Some('\''),
            "nbsp" => Some(' '),
            _ => {
                let number = word.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                code.ok().and_then(char::from_u32)
            }
        });
        match (sign, word) {
            (Some(sign), Some(word)) => {
                out.push(sign);
                rest = from.get(word.len() + 2..).unwrap_or_default();
            }
            _ => {
                out.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_is_kept() {
        for (sent, kept) in [
            ("<p>One<p>Two", "<p>One</p><p>Two</p>"),
            ("<img src=x onerror=alert(1)>a", "a"),
            ("<svg><script>alert(1)</script></svg>b", "b"),
            (
                "<a href=\" https://example.com/?a=1&amp;b=2 \">x</a>",
                "<a href=\"https://example.com/?a=1&amp;b=2\">x</a>",
            ),
            ("<a href=\"java&#115;cript:alert(1)\">x</a>", "<a>x</a>"),
            ("<a href=\"data:text/html,x\" title='>' onclick=\"y\">x</a>", "<a>x</a>"),
            (
                "<a href='https://x.example/\"onmouseover=\"y'>x</a>",
                "<a href=\"https://x.example/&quot;onmouseover=&quot;y\">x</a>",
            ),
            ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
            ("<style>p{}</style><!-- <b> --><B>x", "<strong>x</strong>"),
            ("</p></div>x</ul>", "x"),
            ("<ul><li>a<li>b</ul>c", "<ul><li>a</li><li>b</li></ul>c"),
            ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("<script>never closed", ""),
            ("<", "&lt;"),
        ] {
            assert_eq!(clean(sent), kept, "{sent}");
        }
    }

    #[test]
    fn what_was_cleaned_stays_as_it_is() {
        for sent in
            ["<p>a &amp; b</p><ul><li><em>c</em></li></ul>", "<h1>x</h1>1 < 2", "<a href=https://e.example>e</a>"]
        {
            let once = clean(sent);
            assert_eq!(clean(&once), once, "{sent}");
        }
    }

    #[test]
    fn the_text_is_told_line_by_line() {
        assert_eq!(
            plain_text("<p>One &amp; <em>two</em></p><ul><li>three</li><li>four</li></ul>"),
            "One & two\nthree\nfour"
        );
        assert_eq!(from_plain("a < b\n\nc"), "<p>a &lt; b</p><p>c</p>");
    }
}
