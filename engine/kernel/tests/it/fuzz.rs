//! Whatever is written in definitions and expressions, it is told or taken, and never ends in a panic or without an end.
//! A short while with every test run; `PORTOLAN_FUZZ` says how many times as long (`make fuzz`).

use kernel::{Catalog, PackSource, expression};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value as Json, json};

use crate::packs::pack;

fn times(usual: usize) -> usize {
    usual * std::env::var("PORTOLAN_FUZZ").ok().map_or(1, |times| times.parse().unwrap())
}

/// Another value in place of one somewhere in a document.
#[derive(Clone, Debug)]
struct Mutation {
    place: usize,
    with: usize,
    key: usize,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(place, with, key)| Mutation { place, with, key })
}

/// What nobody expects where it stands.
fn odd(n: usize) -> Json {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(u64::MAX),
        json!(""),
        json!("名"),
        json!("a".repeat(5000)),
        json!("id"),
        json!("lines.x.y.z"),
        json!("1 +"),
        json!("((((((((((1))))))))))"),
        json!("today + days"),
        json!("{"),
        json!("{a.b.c.d}"),
        json!("\u{0}\u{202e}"),
        json!([]),
        json!({}),
        json!([[], {}]),
        json!({"": ""}),
        json!({"value": "1"}),
        json!(["a", "=", 1]),
        deep,
    ];
    odd[n % odd.len()].clone()
}

fn places(json: &mut Json) -> usize {
    1 + match json {
        Json::Array(list) => list.iter_mut().map(places).sum::<usize>(),
        Json::Object(map) => map.values_mut().map(places).sum(),
        _ => 0,
    }
}

/// Changes the value at the place; then none is left to change.
fn mutate(json: &mut Json, left: &mut usize, mutation: &Mutation) -> bool {
    if *left == 0 {
        match (mutation.with % 4, json) {
            (0, Json::Object(map)) if !map.is_empty() => {
                let key = map.keys().nth(mutation.key % map.len()).cloned().unwrap();
                let value = map.remove(&key).unwrap();
                map.insert(format!("{key}_"), value);
            }
            (1, Json::Object(map)) if !map.is_empty() => {
                let key = map.keys().nth(mutation.key % map.len()).cloned().unwrap();
                map.remove(&key);
            }
            (2, Json::Array(list)) if !list.is_empty() => {
                let again = list[mutation.key % list.len()].clone();
                list.push(again);
            }
            (_, json) => *json = odd(mutation.key),
        }
        return true;
    }
    *left -= 1;
    match json {
        Json::Array(list) => list.iter_mut().any(|inner| mutate(inner, left, mutation)),
        Json::Object(map) => map.values_mut().any(|inner| mutate(inner, left, mutation)),
        _ => false,
    }
}

fn load_mutated(packs: &[PackSource], runner: &mut TestRunner, rounds: usize) {
    let files: usize = packs.iter().map(|pack| pack.files.len()).sum();
    for _ in 0..rounds {
        let strategy = (0..files, prop::collection::vec(mutation(), 1..4));
        let (at, mutations) = strategy.new_tree(runner).unwrap().current();
        let mut packs = packs.to_vec();
        let file = packs.iter_mut().flat_map(|pack| pack.files.iter_mut()).nth(at).unwrap();
        let Ok(mut json) = serde_json::from_str::<Json>(&file.text) else { continue };
        for mutation in &mutations {
            let mut left = mutation.place % places(&mut json);
            mutate(&mut json, &mut left, mutation);
        }
        file.text = json.to_string();
        let (catalog, problems) = Catalog::load(&packs);
        assert!(
            catalog.is_some() || !problems.is_empty(),
            "refused without a word: {}: {}",
            file_name(&packs, at),
            json
        );
    }
}

fn file_name(packs: &[PackSource], at: usize) -> String {
    packs.iter().flat_map(|pack| &pack.files).nth(at).unwrap().path.clone()
}

#[test]
fn definitions_that_are_broken_anywhere_are_told_or_taken() {
    let mut runner = TestRunner::deterministic();
    load_mutated(&[pack("definitions/system"), pack("examples/leave_request")], &mut runner, times(150));
    load_mutated(&[pack("definitions/system"), pack("definitions/trade")], &mut runner, times(6));
}

#[test]
fn definitions_that_are_no_json_or_cut_are_told() {
    let mut runner = TestRunner::deterministic();
    let whole = [pack("definitions/system"), pack("examples/leave_request")];
    for _ in 0..times(60) {
        let strategy = (any::<usize>(), any::<usize>(), any::<u8>());
        let (at, place, byte) = strategy.new_tree(&mut runner).unwrap().current();
        let mut packs = whole.to_vec();
        let files = packs[1].files.len();
        let file = &mut packs[1].files[at % files];
        let mut bytes = file.text.clone().into_bytes();
        let place = place % bytes.len();
        if byte % 3 == 0 {
            bytes.truncate(place);
        } else {
            bytes[place] = byte;
        }
        file.text = String::from_utf8_lossy(&bytes).into_owned();
        let (catalog, problems) = Catalog::load(&packs);
        assert!(catalog.is_some() || !problems.is_empty());
    }
}

/// All texts of a document.
fn texts(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::String(text) => found.push(text.clone()),
        Json::Array(list) => list.iter().for_each(|inner| texts(inner, found)),
        Json::Object(map) => map.values().for_each(|inner| texts(inner, found)),
        _ => {}
    }
}

#[test]
fn expressions_of_any_form_are_parsed_or_refused() {
    let mut seeds = Vec::new();
    for file in pack("definitions/trade").files {
        if let Ok(json) = serde_json::from_str(&file.text) {
            texts(&json, &mut seeds);
        }
    }
    seeds.retain(|text| expression::parse(text).is_ok() && text.len() > 3);
    assert!(seeds.len() > 100);
    let pieces = [
        "(",
        ")",
        "[",
        "|x| ",
        "#{",
        "}",
        "..",
        "??",
        " - ",
        "!",
        "\"",
        "'",
        "1e999",
        "99999999999999999999999999999999",
        ".",
        ",",
        "中",
        "\u{0}",
    ];
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec((any::<usize>(), any::<usize>(), any::<usize>()), 1..5);
    for _ in 0..times(3000) {
        let edits = strategy.new_tree(&mut runner).unwrap().current();
        let mut text: Vec<char> = seeds[edits[0].0 % seeds.len()].chars().collect();
        for (what, place, with) in edits {
            let place = place % (text.len() + 1);
            match what % 3 {
                0 => drop(text.splice(place..place, pieces[with % pieces.len()].chars())),
                1 => text.truncate(place),
                _ => {
                    let other: Vec<char> = seeds[with % seeds.len()].chars().collect();
                    text.splice(place..place, other);
                }
            }
        }
        let text: String = text.into_iter().collect();
        if let Err(told) = expression::parse(&text) {
            assert!(!told.is_empty(), "refused without a word: {text}");
        }
    }
}

#[test]
fn depth_has_an_end() {
    for piece in ["(", "[", "!", "-", "#{a: ", "if a { ", "f(", "a.", "a ? ", "a + (", "|x| "] {
        let _ = expression::parse(&piece.repeat(20_000));
    }
    let long = vec!["a"; 50_000].join(" + ");
    let _ = expression::parse(&long);
}
