//! What is refused when definitions are checked.

use serde_json::json;

use crate::firm::catalog_with;

#[test]
fn a_line_table_cannot_take_the_name_of_the_search_table() {
    let (_, problems) = catalog_with(|path, json| {
        if path == "entities/partner.json" {
            json["fields"]["search"] = json!({"type": "lines", "fields": {"word": {"type": "text"}}});
        }
    });
    let found: Vec<_> = problems.iter().map(|p| (&*p.code, &*p.path)).collect();
    assert_eq!(found, [("E0205", "fields.search")]);
}
