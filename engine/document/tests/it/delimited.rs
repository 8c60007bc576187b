//! Delimited text in the encodings and with the delimiters that programs write.

use crate::{open, rows, shown};

#[test]
fn quoted_cells_may_hold_delimiters_quotes_and_lines() {
    let text = "code;text\n1;\"a;b \"\"c\"\"\nsecond line\"\n\n2;x\n";
    let rows = rows(&mut open(text.as_bytes()).unwrap()).unwrap();
    assert_eq!(shown(&rows), ["1: code|text", "2: 1|a;b \"c\"\nsecond line", "5: 2|x"]);
}

#[test]
fn chinese_in_gb18030_and_a_utf_8_mark_are_read() {
    let gb = b"\xB1\xE0\xBA\xC5,\xC3\xFB\xB3\xC6\r\n1,\xC4\xFE\xB2\xA8\r\n";
    assert_eq!(shown(&rows(&mut open(gb).unwrap()).unwrap()), ["1: 编号|名称", "2: 1|宁波"]);
    let marked = "\u{FEFF}编号\t名称\n1\t宁波\n";
    assert_eq!(shown(&rows(&mut open(marked.as_bytes()).unwrap()).unwrap()), ["1: 编号|名称", "2: 1|宁波"]);
}

#[test]
fn rows_may_differ_in_length() {
    let rows = rows(&mut open(b"a,b,c\n1\n1,2,3,4\n").unwrap()).unwrap();
    assert_eq!(shown(&rows), ["1: a|b|c", "2: 1", "3: 1|2|3|4"]);
}

#[test]
fn an_empty_file_has_no_rows() {
    assert_eq!(rows(&mut open(b"").unwrap()).unwrap(), []);
}
