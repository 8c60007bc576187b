//! The binary itself: what it prints, how it ends, and that killing it loses nothing.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::{served::Served, support::repository};

fn portolan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portolan")).args(arguments).env("RUST_BACKTRACE", "0").output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// The leave requests' pack, to be broken.
fn pack(folder: &Path) -> std::path::PathBuf {
    let own = folder.join("leave_request");
    copy(&repository().join("examples/leave_request"), &own);
    own
}

#[test]
fn a_sound_pack_is_told_to_be_sound() {
    let output = portolan(&["check", repository().join("definitions").to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).ends_with("0 errors, 0 warnings\n"), "{}", text(&output));
}

#[test]
fn broken_definitions_are_told_all_at_once_with_code_one_and_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let own = pack(folder.path());
    let entity = own.join("entities/leave_request.json");
    let whole = fs::read_to_string(&entity).unwrap();
    fs::write(&entity, whole.replacen("\"fields\": {", "\"feilds\": {}, \"fields\": {\"x; drop table sys_records\": {\"type\": \"text\"}, \"twin\": {\"type\": \"refrence\"}, ", 1)).unwrap();
    fs::write(own.join("entities/deep.json"), format!("{}1{}", "[".repeat(200), "]".repeat(200))).unwrap();
    fs::write(
        own.join("entities/long.json"),
        format!("{{\"kind\": \"entity\", \"label\": \"{}\"}}", "x".repeat(10 << 20)),
    )
    .unwrap();
    fs::write(
        own.join("views/nothing.json"),
        r#"{"kind": "view", "name": "nothing", "entity": "leave_requst", "columns": ["a"]}"#,
    )
    .or_else(|_| {
        fs::create_dir_all(own.join("views"))?;
        fs::write(
            own.join("views/nothing.json"),
            r#"{"kind": "view", "name": "nothing", "entity": "leave_requst", "columns": ["a"]}"#,
        )
    })
    .unwrap();
    let output = portolan(&["check", own.to_str().unwrap()]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for file in ["entities/leave_request.json", "entities/deep.json", "entities/long.json", "views/nothing.json"] {
        assert!(told.contains(&format!("leave_request/{file}:")), "{file} is not in {told}");
    }
    assert!(told.contains("feilds") && told.contains("did you mean"), "{told}");

    let database = folder.path().join("none.db");
    let output = portolan(&["publish", own.to_str().unwrap(), "--database", &format!("sqlite:{}", database.display())]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let publish = text(&portolan(&["export", "user", "--database", &format!("sqlite:{}", database.display())]));
    assert!(publish.contains("no entity user"), "nothing was published: {publish}");
}

#[test]
fn files_in_the_canonical_format_stay_and_others_are_told_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let own = pack(folder.path());
    let path = own.to_str().unwrap();
    assert!(portolan(&["fmt", "--check", path]).status.success());
    let file = own.join("pack.json");
    let before = fs::read_to_string(&file).unwrap();
    fs::write(&file, before.replace("\n", "\n   ")).unwrap();
    let output = portolan(&["fmt", "--check", path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("pack.json"), "{}", text(&output));
    assert!(portolan(&["fmt", path]).status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn a_pack_that_needs_nothing_of_trade_passes_its_tests() {
    let output = portolan(&["test", repository().join("examples/leave_request").to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).trim_end().ends_with("passed, 0 failed"), "{}", text(&output));
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

pub(crate) fn between<'t>(text: &'t str, start: &str, end: char) -> &'t str {
    text.split(start).nth(1).and_then(|rest| rest.split(end).next()).unwrap_or_else(|| panic!("no {start} in {text}"))
}

#[test]
fn killing_the_server_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("kill.db");
    let first = Served::start(&sqlite(&database));
    let setup = r#"{"language": "en", "company": "Firm", "preset": "blank",
        "admin": {"name": "Ada", "email": "ada@example.com", "password": "long-enough"}}"#;
    let answer = first.request("POST", "/api/first_run", "", setup).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let cookie = between(&answer, "set-cookie: ", ';').to_owned();
    let headers = format!("Cookie: {cookie}\r\nX-CSRF-Token: {}\r\n", between(&answer, "\"csrf\":\"", '"'));
    let mut acknowledged = Vec::new();
    let count = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (first, headers, count) = (&first, &headers, &count);
                scope.spawn(move || {
                    let mut done = Vec::new();
                    for number in 0.. {
                        let name = format!("Department {writer}-{number}");
                        let body = format!("{{\"name\": \"{name}\"}}");
                        match first.request("POST", "/api/records/department", headers, &body) {
                            Ok(answer) if answer.starts_with("HTTP/1.1 201") => {
                                done.push(name);
                                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                            }
                            // The server is gone, perhaps in the middle of this one.
                            _ => return done,
                        }
                    }
                    done
                })
            })
            .collect();
        // In the midst of writing, however fast this machine is.
        while count.load(std::sync::atomic::Ordering::Relaxed) < 40 && !writers.iter().all(|w| w.is_finished()) {
            std::thread::yield_now();
        }
        first.kill();
        for writer in writers {
            acknowledged.extend(writer.join().unwrap());
        }
    });
    assert!(acknowledged.len() >= 40, "{acknowledged:?}");
    let second = Served::start(&sqlite(&database));
    assert!(second.request("GET", "/health", "", "").unwrap().contains("\"status\":\"ok\""));
    let kept = portolan(&["export", "department", "--columns", "name", "--database", &sqlite(&database)]);
    let kept = text(&kept);
    for name in acknowledged {
        assert!(kept.lines().any(|line| line == name), "{name} is lost");
    }
    assert!(
        second.request("GET", "/api/session", &headers, "").unwrap().contains("ada@example.com"),
        "still signed in"
    );
}

#[test]
fn a_server_that_is_asked_to_stop_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(&sqlite(&folder.path().join("stop.db")));
    let id = served.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(served.process.wait().unwrap().success());
}
