//! Workbooks made by a spreadsheet library.

use kernel::import::{Cell, Content};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::{open, rows, shown};

#[test]
fn cells_of_all_types_come_as_a_person_sees_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Prices").unwrap();
    for (column, heading) in ["  Code ", "Price", "From", "Stocked", "Total"].iter().enumerate() {
        sheet.write(2, u16::try_from(column).unwrap(), *heading).unwrap();
    }
    let date = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write(3, 0, "A-1").unwrap();
    sheet.write(3, 1, 2.55).unwrap();
    sheet.write_with_format(3, 2, ExcelDateTime::from_ymd(2026, 3, 5).unwrap(), &date).unwrap();
    sheet.write(3, 3, true).unwrap();
    sheet.write(3, 4, Formula::new("=B4*2").set_result("5.1")).unwrap();
    sheet.write(5, 1, 85_123).unwrap();

    let mut sheets = open(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(sheets.names(), ["Prices"]);
    let preview = sheets.preview("Prices", 5).unwrap();
    assert_eq!((preview.heading_row, preview.headings[0].as_str()), (3, "Code"));
    let rows = rows(&mut sheets).unwrap();
    assert_eq!(shown(&rows), ["3:   Code |Price|From|Stocked|Total", "4: A-1|2.55|2026-03-05|TRUE|5.1", "6: |85123"]);
    assert_eq!(rows[1].cells[4], Cell { content: Content::Number("5.1".into()), formula: true });
}

#[test]
fn sheets_are_listed_in_order_and_an_unknown_one_is_told() {
    let mut book = Workbook::new();
    for name in ["First", "第二页"] {
        book.add_worksheet().set_name(name).unwrap();
    }
    let mut sheets = open(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(sheets.names(), ["First", "第二页"]);
    assert_eq!(sheets.preview("第二页", 5).unwrap(), document::Preview::default());
    let error = sheets.preview("Third", 5).unwrap_err();
    assert_eq!(error.to_string(), "Expected one of the sheets First, 第二页, but got Third");
}
