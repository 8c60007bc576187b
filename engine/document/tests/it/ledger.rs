//! A real ledger of 49,999 lines, where it is at hand.

use std::{ops::ControlFlow, path::PathBuf};

use document::{Limits, Sheets};

#[test]
fn a_real_ledger_is_read_to_its_last_line() {
    let folder = std::env::var_os("PORTOLAN_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let path = folder.join("online-retail-50k.xlsx");
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return;
    }
    let mut sheets = Sheets::open(&path, "ledger", Limits::default()).unwrap();
    let sheet = sheets.names()[0].clone();
    let (mut count, mut last) = (0, String::new());
    sheets
        .read(&sheet, &mut |row| {
            count += 1;
            last = row.cells.iter().map(kernel::import::Cell::display).collect::<Vec<_>>().join("|");
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(count, 50_000);
    assert_eq!(last.split('|').count(), 8, "{last}");
    assert_eq!(
        sheets.preview(&sheet, 1).unwrap().headings,
        ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    );
}
