//! Files that are no spreadsheets, broken ones, and ones made to exhaust the machine.

use std::io::Write;

use document::Limits;
use rust_xlsxwriter::Workbook;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{open, open_within, rows};

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn code(bytes: &[u8]) -> &'static str {
    match open(bytes) {
        Err(error) => error.code(),
        Ok(mut sheets) => rows(&mut sheets).map_or_else(|e| e.code(), |_| "read"),
    }
}

fn small_workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..200 {
        sheet.write(row, 0, format!("text {row}")).unwrap();
        sheet.write(row, 1, row).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn what_is_no_spreadsheet_is_told_by_its_content() {
    let others: [&[u8]; 5] = [
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n....",
        b"\xD0\xCF\x11\xE0........",
        b"\x1F\x8B\x08.....",
        b"\x00\x01\x02\x03text",
    ];
    for bytes in others {
        assert_eq!(code(bytes), "not_a_spreadsheet", "{bytes:?}");
    }
    assert_eq!(code(&packed(&[("word/document.xml", b"<w/>")])), "not_a_spreadsheet");
    assert_eq!(code(&packed(&[("readme.txt", b"hello")])), "not_a_spreadsheet");
    let root = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let rels =
        br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>"#;
    let book =
        br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets></sheets></workbook>"#;
    let without_sheets =
        packed(&[("_rels/.rels", root), ("xl/_rels/workbook.xml.rels", rels), ("xl/workbook.xml", book)]);
    assert_eq!(code(&without_sheets), "not_a_spreadsheet");
}

#[test]
fn a_file_that_unpacks_to_a_mountain_is_refused_before_it_is_parsed() {
    let zeros = vec![b' '; 40 << 20];
    assert_eq!(
        code(&packed(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)])),
        "file_bomb"
    );
    let limits = Limits { unpacked_bytes: 1 << 20, ratio: u64::MAX, ..Limits::default() };
    let error = open_within(&packed(&[("xl/workbook.xml", b"<workbook/>"), ("xl/a.bin", &zeros)]), limits).unwrap_err();
    assert_eq!(error.code(), "file_too_large");
}

#[test]
fn a_workbook_cut_short_or_overwritten_is_damaged_and_never_a_panic() {
    let book = small_workbook();
    assert_eq!(code(&book), "read");
    for end in (4..book.len()).step_by(97) {
        assert_eq!(code(&book[..end]), "file_damaged", "cut at {end}");
    }
    for at in (4..book.len()).step_by(23) {
        let mut broken = book.clone();
        broken[at] ^= 0x55;
        // Some bytes do not matter; but nothing may panic or hang.
        let _ = code(&broken);
    }
}

#[test]
fn broken_xml_inside_a_whole_package_is_told_with_its_place() {
    let rels = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let root = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let sheet = br#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>99</v></c></row></sheetData></worksheet>"#;
    let bytes = packed(&[
        ("_rels/.rels", root),
        ("xl/_rels/workbook.xml.rels", rels),
        ("xl/workbook.xml", book),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let error = rows(&mut open(&bytes).unwrap()).unwrap_err();
    assert!(error.to_string().contains("after cell A1"), "{error}");
}

#[test]
fn too_many_rows_columns_and_cells_are_refused() {
    let book = small_workbook();
    let refused =
        |limits: Limits, bytes: &[u8]| rows(&mut open_within(bytes, limits).unwrap()).map_err(|e| e.to_string());
    let limits = Limits { rows: 100, ..Limits::default() };
    assert_eq!(refused(limits, &book), Err("Expected at most 100 rows, but the file has more".into()));
    let limits = Limits { columns: 1, ..Limits::default() };
    assert_eq!(refused(limits, &book), Err("Expected at most 1 columns, but the file has more".into()));
    let limits = Limits { cells: 10, ..Limits::default() };
    assert_eq!(
        refused(limits, b"a,b\n1,2\n1,2\n1,2\n1,2\n1,2\n"),
        Err("Expected at most 10 cells, but the file has more".into())
    );
    assert!(open_within(&book, Limits { file_bytes: 100, ..Limits::default() }).is_err());
}

#[test]
fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
    let mut text = b"a,b\n1,\"open".to_vec();
    text.extend(std::iter::repeat_n(b'x', 200_000));
    let limits = Limits { row_bytes: 50_000, ..Limits::default() };
    let error = rows(&mut open_within(&text, limits).unwrap()).unwrap_err();
    assert_eq!(error.code(), "file_too_large");
}
