//! Files: brought, put into records, shown to who may see them, tidied away.

use axum::{
    body::Bytes,
    http::{HeaderMap, Method},
};
use chrono::Duration;
use serde_json::{Value as Json, json};
use server::Options;

use crate::{
    approval::task,
    client::{Answer, Client},
    records::{find, made, place, quotation},
    support::{TestApp, morning, on_both},
};

/// Two points wide, one high.
pub(crate) const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0x00, 0x04, 0xff, 0x01, 0x07, 0x00, 0x01, 0xff, 0xe2, 0x23, 0x9e,
    0x59, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Sends a file as a browser does.
pub(crate) async fn upload(client: &Client, name: &str, content: &[u8]) -> Answer {
    let mut body = b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"".to_vec();
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(b"\"\r\ncontent-type: text/html\r\n\r\n");
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let client = client.with("content-type", "multipart/form-data; boundary=edge");
    client.send_bytes(Method::POST, "/api/files", Bytes::from(body)).await
}

/// The id of a file that was brought.
pub(crate) async fn brought(client: &Client, name: &str, content: &[u8]) -> String {
    upload(client, name, content).await.ok()["id"].as_str().unwrap().to_owned()
}

pub(crate) fn at(file: &str) -> String {
    format!("/api/files/{file}")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Puts values into a record as it is now.
async fn put(client: &Client, path: &str, fields: Json) -> Answer {
    let version = client.get(path).await.ok()["record"]["version"].clone();
    let mut fields = fields;
    fields["version"] = version;
    client.patch(path, fields).await
}

on_both!(a_file_is_brought_put_into_a_record_and_shown_to_who_may_read_it, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let stranger = server.sign_in("rep_c").await;
    let path = place(&made(&rep, 10).await);
    let answer = upload(&rep, "询价 单.png", PNG).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let told = &answer.body;
    let file = told["id"].as_str().unwrap();
    assert_eq!(
        (&told["name"], &told["type"], &told["size"]),
        (&json!("询价 单.png"), &json!("image/png"), &json!(PNG.len()))
    );
    assert_eq!((&told["pixels"], &told["thumbnail"]), (&json!([2, 1]), &json!(true)));
    for other in [&manager, &stranger] {
        other.get(&at(file)).await.refused(404, "not_found");
        other.get(&format!("{}/info", at(file))).await.refused(404, "not_found");
    }
    rep.get(&at(file)).await.ok();
    assert_eq!(rep.get(&format!("{}/info", at(file))).await.ok(), *told);

    let saved = put(&rep, &path, json!({"attachments": [file]})).await.ok();
    assert_eq!(saved["record"]["attachments"], json!([file]));
    assert_eq!(saved["files"][file]["name"], "询价 单.png");
    let shown = manager.get(&at(file)).await;
    assert_eq!((shown.status, header(&shown.headers, "content-type")), (200, "image/png"));
    assert_eq!(shown.bytes, PNG);
    assert_eq!(manager.get(&format!("{}/thumbnail", at(file))).await.status, 200);
    stranger.get(&at(file)).await.refused(404, "not_found");
    stranger.get(&format!("{}/thumbnail", at(file))).await.refused(404, "not_found");
    server.visitor().get(&at(file)).await.refused(401, "unauthenticated");
    let timeline = manager.get(&format!("{path}/timeline")).await.ok();
    assert_eq!(timeline["files"][file]["name"], "询价 单.png");
    assert_eq!(timeline["items"][0]["changes"][0]["new"], json!([file]));
    let list = manager.get("/api/records/quotation?columns=number,attachments&limit=200").await.ok();
    assert_eq!(list["files"][file]["type"], "image/png");

    // Taken out, it is shown to who brought it alone, since no record holds it.
    put(&rep, &path, json!({"attachments": []})).await.ok();
    manager.get(&at(file)).await.refused(404, "not_found");
    rep.get(&at(file)).await.ok();
});

on_both!(nobody_takes_the_file_of_another_by_its_id, |server| {
    let rep = server.sign_in("rep_a").await;
    let stranger = server.sign_in("rep_c").await;
    let mine = place(&made(&rep, 10).await);
    let loose = brought(&rep, "loose.txt", b"mine").await;
    let held = brought(&rep, "held.txt", b"mine").await;
    put(&rep, &mine, json!({"attachments": [held]})).await.ok();
    let theirs = stranger.get("/api/records/customer?filter=%5B%22pool%22,%22=%22,false%5D").await.ok();
    let own = theirs["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap());
    let own = format!("/api/records/customer/{}", own.into_iter().next().unwrap());
    let nothing = "0193f1a0-0000-7000-8000-00000000dead";
    for file in [loose.as_str(), held.as_str(), nothing] {
        let refused = put(&stranger, &own, json!({"attachments": [file]})).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["error"]["details"][0]["code"], "no_file", "{}", refused.text);
        assert!(!refused.text.contains("held.txt"));
        let draft = stranger.post("/api/records/customer/draft", json!({"attachments": [file]})).await.ok();
        assert_eq!((&draft["record"]["attachments"], &draft["files"]), (&Json::Null, &json!({})), "{draft}");
    }
    // Who sees it where it is may put it elsewhere too.
    let manager = server.sign_in("manager_a").await;
    let customer = format!("/api/records/customer/{}", find(&manager, "customer", "Nordlicht").await);
    put(&manager, &customer, json!({"attachments": [held]})).await.ok();
});

on_both!(who_is_to_decide_sees_the_files_of_the_record_as_long_as_they_are, |server| {
    let rep = server.sign_in("rep_a").await;
    let manager = server.sign_in("manager_a").await;
    let other = server.sign_in("rep_c").await;
    let answer = made(&rep, 80_000).await;
    let file = brought(&rep, "drawing.pdf", b"%PDF-1.4").await;
    let saved = put(&rep, &place(&answer), json!({"attachments": [file]})).await.ok();
    let version = saved["record"]["version"].clone();
    rep.post(&format!("{}/transitions/submit", place(&answer)), json!({ "version": version })).await.ok();
    let own = task(&manager, &answer).await.unwrap();
    other.get(&at(&file)).await.refused(404, "not_found");
    let path = format!("/api/tasks/{}/transfer", own["id"].as_str().unwrap());
    manager.post(&path, json!({"to": server.person("rep_c"), "reason": "please"})).await.ok();
    other.get(&at(&file)).await.ok();
    let own = task(&other, &answer).await.unwrap();
    other.post(&format!("/api/tasks/{}/reject", own["id"].as_str().unwrap()), json!({"reason": "no"})).await.ok();
    other.get(&at(&file)).await.refused(404, "not_found");
});

#[tokio::test]
async fn a_file_in_a_field_that_one_may_not_read_is_not_there() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let rep = server.sign_in("rep_a").await;
    let product = format!("/api/records/product/{}", find(&manager, "product", "desk lamp").await);
    let secret = brought(&manager, "price list of the factory.pdf", b"%PDF-1.4 secret").await;
    let open = brought(&manager, "data sheet.pdf", b"%PDF-1.4 open").await;
    put(&manager, &product, json!({"cost_papers": [secret], "attachments": [open]})).await.ok();
    rep.get(&at(&open)).await.ok();
    rep.get(&at(&secret)).await.refused(404, "not_found");
    for place in [product.clone(), format!("{product}/timeline"), "/api/records/product?limit=200".to_owned()] {
        let seen = rep.get(&place).await;
        assert_eq!(seen.status, 200);
        assert!(!seen.text.contains(&secret) && !seen.text.contains("price list of the factory"), "{place}");
    }
    rep.get("/api/records/product?columns=name,cost_papers").await.refused(403, "forbidden");
    assert!(manager.get("/api/records/product?columns=name,cost_papers&limit=200").await.text.contains(&secret));
    // The same bytes in an open field are another file, which shows nothing of the hidden one.
    let same = brought(&rep, "mine.pdf", b"%PDF-1.4 secret").await;
    assert_ne!(same, secret);
    rep.get(&at(&secret)).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_file_goes_into_the_trash_with_its_record() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let stranger = server.sign_in("rep_c").await;
    let path = place(&made(&rep, 10).await);
    let file = brought(&rep, "a.txt", b"text").await;
    let saved = put(&rep, &path, json!({"attachments": [file]})).await.ok();
    assert_eq!(rep.delete(&format!("{path}?version={}", saved["record"]["version"])).await.status, 204);
    rep.get(&at(&file)).await.ok();
    stranger.get(&at(&file)).await.refused(404, "not_found");
    // From the trash nothing is taken into another record by who did not bring it.
    let manager = server.sign_in("manager_a").await;
    let customer = format!("/api/records/customer/{}", find(&manager, "customer", "Nordlicht").await);
    put(&manager, &customer, json!({"attachments": [file]})).await.refused(422, "invalid");
    rep.post(&format!("{path}/restore"), json!({})).await.ok();
    manager.get(&at(&file)).await.ok();
}

#[tokio::test]
async fn what_could_run_in_the_browser_is_handed_over_to_be_stored() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let script = b"<script>alert(document.cookie)</script>".as_slice();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".as_slice();
    let archive = b"PK\x03\x04 and so on".as_slice();
    for (name, content) in
        [("a.html", script), ("photo.png", script), ("a.svg", svg), ("a.pdf", svg), ("a.docx", archive)]
    {
        let shown = rep.get(&at(&brought(&rep, name, content).await)).await;
        assert_eq!(header(&shown.headers, "content-type"), "application/octet-stream", "{name}");
        assert!(header(&shown.headers, "content-disposition").starts_with("attachment; "), "{name}");
        assert_eq!(header(&shown.headers, "x-content-type-options"), "nosniff");
        assert_eq!(header(&shown.headers, "content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(header(&shown.headers, "cache-control"), "private, no-cache");
    }
    let paper = brought(&rep, "合同.pdf", b"%PDF-1.7\n").await;
    let shown = rep.get(&at(&paper)).await;
    assert_eq!(header(&shown.headers, "content-type"), "application/pdf");
    assert!(header(&shown.headers, "content-disposition").starts_with("inline; "));
    assert!(header(&shown.headers, "content-disposition").ends_with("filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"));
    let stored = rep.get(&format!("{}?download=1", at(&paper))).await;
    assert!(header(&stored.headers, "content-disposition").starts_with("attachment; "));
    assert_eq!(header(&stored.headers, "content-type"), "application/octet-stream");
    // What claims to be a picture and is none can neither be shown nor stand for one.
    let broken = upload(&rep, "a.png", b"\x89PNG\r\n\x1a\nbroken").await.ok();
    assert_eq!(broken["type"], "application/octet-stream");
    let contact = json!({"name": "A", "customer": find(&rep, "customer", "Nordlicht").await, "card": [broken["id"]]});
    let refused = rep.post("/api/records/contact", contact).await;
    assert_eq!(refused.body["error"]["details"][0]["code"], "no_picture", "{}", refused.text);
}

#[tokio::test]
async fn parts_of_a_file_can_be_asked_for_and_what_is_known_is_not_sent_again() {
    let server = TestApp::trade().await;
    let rep = server.sign_in("rep_a").await;
    let content: Vec<u8> = (0..5_000_u32).map(|n| b'a' + u8::try_from(n % 26).unwrap()).collect();
    let path = at(&brought(&rep, "a.txt", &content).await);
    let whole = rep.with("accept-encoding", "gzip").get(&path).await;
    assert_eq!(whole.bytes, content, "as it is, though the browser would unpack it");
    assert_eq!(header(&whole.headers, "content-length"), "5000");
    let etag = header(&whole.headers, "etag").to_owned();
    assert_eq!(rep.with("if-none-match", etag.clone()).get(&path).await.status, 304);
    let part = rep.with("range", "bytes=1000-1999").get(&path).await;
    assert_eq!((part.status, header(&part.headers, "content-range")), (206, "bytes 1000-1999/5000"));
    assert_eq!(part.bytes, content[1000..2000]);
    let changed = rep.with("range", "bytes=1000-").with("if-range", "\"other\"").get(&path).await;
    assert_eq!((changed.status, changed.bytes.len()), (200, 5000));
    let beyond = rep.with("range", "bytes=5000-").get(&path).await;
    beyond.refused(416, "no_such_part");
    assert_eq!(header(&beyond.headers, "content-range"), "bytes */5000");
}

#[tokio::test]
async fn what_is_too_large_empty_or_no_form_is_refused_and_leaves_nothing() {
    let server = TestApp::trade_with(|options: &mut Options| options.limits.file = 1 << 20).await;
    let rep = server.sign_in("rep_a").await;
    let large = upload(&rep, "large.bin", &vec![7; (1 << 20) + 1]).await;
    large.refused(413, "too_large");
    assert_eq!(large.body["error"]["message"], "expected a file of at most 1 MB, but it is larger");
    upload(&rep, "huge.bin", &vec![7; 3 << 20]).await.refused(413, "too_large");
    upload(&rep, "all.bin", &vec![7; 1 << 20]).await.ok();
    upload(&rep, "empty.txt", b"").await.refused(422, "invalid");
    rep.post("/api/files", json!({})).await.refused(400, "bad_request");
    let form = rep.with("content-type", "multipart/form-data; boundary=edge");
    form.send_bytes(Method::POST, "/api/files", Bytes::from_static(b"--edge--\r\n")).await.refused(422, "invalid");
    form.send_bytes(Method::POST, "/api/files", Bytes::from_static(b"--edge\r\n")).await.refused(400, "bad_request");
    upload(&server.visitor(), "a.txt", b"a").await.refused(401, "unauthenticated");
    let incoming = server.app.options().files_folder().join("incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
    for odd in ["/api/files/..%2F..%2Fetc%2Fpasswd", "/api/files/x", "/api/files/x/thumbnail"] {
        rep.get(odd).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn slow_and_too_many_uploads_are_sent_away() {
    let server = TestApp::trade_with(|options: &mut Options| {
        options.limits.uploads = 1;
        options.limits.upload_wait = std::time::Duration::from_millis(10);
        options.limits.upload_idle = std::time::Duration::from_millis(50);
    })
    .await;
    let manager = server.sign_in("manager_a").await;
    for path in ["/api/files", "/api/imports"] {
        manager
            .send_and_stop(path, b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf")
            .await
            .refused(408, "too_slow");
    }
    let place = server.app.files().enter(1).await.unwrap();
    upload(&manager, "a.txt", b"a").await.refused(429, "too_many_uploads");
    crate::imports::upload(&manager, "a.csv", b"a,b\n1,2\n").await.refused(429, "too_many_uploads");
    drop(place);
    upload(&manager, "a.txt", b"a").await.ok();
}

on_both!(what_nobody_holds_is_tidied_away, |server| {
    let rep = server.sign_in("rep_a").await;
    let path = place(&made(&rep, 10).await);
    let (loose, held, twin) = (
        brought(&rep, "a.txt", b"loose").await,
        brought(&rep, "b.txt", b"held").await,
        brought(&rep, "c.txt", b"held").await,
    );
    put(&rep, &path, json!({"attachments": [held]})).await.ok();
    assert_eq!(server.app.tidy_files().await.unwrap(), 0);
    assert!(server.app.clock().set(morning() + Duration::hours(25)));
    let rep = server.sign_in("rep_a").await;
    assert_eq!(server.app.tidy_files().await.unwrap(), 1, "the other's bytes are still held");
    for gone in [&loose, &twin] {
        rep.get(&at(gone)).await.refused(404, "not_found");
    }
    assert_eq!(rep.get(&at(&held)).await.text, "held");
    put(&rep, &path, json!({"attachments": []})).await.ok();
    assert!(server.app.clock().set(morning() + Duration::days(33)));
    let rep = server.sign_in("rep_a").await;
    assert_eq!(server.app.tidy_files().await.unwrap(), 1);
    rep.get(&at(&held)).await.refused(404, "not_found");
    let timeline = rep.get(&format!("{path}/timeline")).await.ok();
    assert_eq!((&timeline["files"][&held]["name"], &timeline["files"][&held]["gone"]), (&json!("b.txt"), &json!(true)));
});

#[tokio::test]
async fn pictures_follow_their_product_into_lines_and_revisions() {
    let server = TestApp::trade().await;
    let manager = server.sign_in("manager_a").await;
    let rep = server.sign_in("rep_a").await;
    let product = format!("/api/records/product/{}", find(&manager, "product", "desk lamp").await);
    let photo = brought(&manager, "lamp.png", PNG).await;
    put(&manager, &product, json!({"image": [photo]})).await.ok();
    let mut fields = quotation(&rep, 5).await;
    let draft = rep.post("/api/records/quotation/draft?changed=lines", fields.clone()).await.ok();
    assert_eq!(draft["record"]["lines"][0]["image"], Json::Null, "nothing was chosen in this line just now");
    let made = rep.post("/api/records/quotation", fields.clone()).await.ok();
    assert_eq!(made["record"]["lines"][0]["image"], json!([photo]));
    assert_eq!(made["files"][&photo]["name"], "lamp.png");
    fields["lines"][0]["image"] = json!([photo]);
    rep.post("/api/records/quotation", fields).await.ok();
    // Gone from the product, it is still in the offers.
    put(&manager, &product, json!({"image": []})).await.ok();
    rep.get(&at(&photo)).await.ok();
    let exported = manager.get("/api/export/product.csv?columns=code,image").await;
    assert!(!exported.text.contains("lamp.png"));
    put(&manager, &product, json!({"image": [photo]})).await.ok();
    let exported = manager.get("/api/export/product.csv?columns=code,image").await;
    assert!(exported.status == 403 || exported.text.contains("lamp.png"), "{}", exported.text);
}
