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

/// What is told of a view of requests that looks like this.
fn problems_of_view(change: serde_json::Value) -> Vec<(String, String)> {
    let (_, problems) = catalog_with(|path, json| {
        if path == "views/requests.json" {
            let view = json.as_object_mut().unwrap();
            view.remove("columns");
            view.extend(change.as_object().unwrap().clone());
        }
    });
    problems.iter().map(|p| (p.code.clone(), p.path.clone())).collect()
}

#[test]
fn each_type_of_view_says_what_it_needs_and_nothing_else() {
    for (view, expected) in [
        (json!({}), vec![("E0408", "columns")]),
        (json!({"columns": ["number"], "by": "state"}), vec![("E0408", "by")]),
        (json!({"type": "kanban", "by": "state", "card": ["number"]}), vec![]),
        (json!({"type": "kanban"}), vec![("E0408", "by"), ("E0408", "card")]),
        (json!({"type": "kanban", "by": "stat", "card": ["number"]}), vec![("E0202", "by")]),
        (json!({"type": "kanban", "by": "partner", "card": ["number"]}), vec![("E0409", "by")]),
        (json!({"type": "kanban", "by": "state", "card": ["lines"]}), vec![("E0404", "card.0")]),
        (json!({"type": "kanban", "by": "state", "card": ["number"], "sum": "partner"}), vec![("E0409", "sum")]),
        (json!({"type": "kanban", "by": "state", "card": ["number"], "from": "created_at"}), vec![("E0408", "from")]),
        (json!({"type": "kanban", "by": "state", "card": ["number"], "sum": "amount"}), vec![("E0409", "sum")]),
        (json!({"type": "kanban", "by": "state", "card": ["number"], "sum": "cost"}), vec![]),
        (json!({"type": "calendar", "from": "created_at"}), vec![]),
        (json!({"type": "calendar", "from": "created_at", "title": "partner.name"}), vec![]),
        (json!({"type": "calendar"}), vec![("E0408", "from")]),
        (json!({"type": "calendar", "from": "partner"}), vec![("E0409", "from")]),
        (json!({"type": "calendar", "from": "nothing"}), vec![("E0202", "from")]),
        (json!({"type": "calendar", "from": "created_at", "card": ["number"]}), vec![("E0408", "card")]),
    ] {
        let expected: Vec<(String, String)> =
            expected.into_iter().map(|(code, path): (&str, &str)| (code.into(), path.into())).collect();
        assert_eq!(problems_of_view(view.clone()), expected, "{view}");
    }
}

#[test]
fn an_absence_names_people_times_and_states_that_are_there() {
    let problems_of = |absence: serde_json::Value| -> Vec<(String, String)> {
        let (_, problems) = catalog_with(|path, json| {
            if path == "entities/request.json" {
                let fields = json["fields"].as_object_mut().unwrap();
                fields.insert("deputy".into(), json!({"type": "user"}));
                fields.insert("first".into(), json!({"type": "date"}));
                fields.insert("last".into(), json!({"type": "datetime"}));
                json["absence"] = absence.clone();
            }
        });
        problems.iter().map(|p| (p.code.clone(), p.path.clone())).collect()
    };
    let whole = json!({"person": "owner", "deputy": "deputy", "from": "first", "until": "last", "while": ["asked"]});
    for (change, expected) in [
        (json!({}), vec![]),
        (json!({"person": "note"}), vec![("E0246", "absence.person")]),
        (json!({"person": "created_by"}), vec![("E0246", "absence.person")]),
        (json!({"deputy": "deputi"}), vec![("E0202", "absence.deputy")]),
        (json!({"person": "deputy"}), vec![("E0246", "absence.deputy")]),
        (json!({"until": "deputy"}), vec![("E0246", "absence.until")]),
        (json!({"while": []}), vec![("E0246", "absence.while")]),
        (json!({"while": ["nowhere"]}), vec![("E0215", "absence.while.0")]),
        (json!({"workflows": ["nothing"]}), vec![("E0216", "absence.workflows.0")]),
    ] {
        let mut absence = whole.clone();
        absence.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let expected: Vec<(String, String)> =
            expected.into_iter().map(|(code, path): (&str, &str)| (code.into(), path.into())).collect();
        assert_eq!(problems_of(absence), expected, "{change}");
    }
}
