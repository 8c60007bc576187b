//! Why somebody sees a record or a field of it, told to administrators and without what they may not see themselves.

use serde_json::json;

use crate::{
    records::{made, place},
    support::on_both,
};

on_both!(who_sees_a_record_is_explained_role_by_role, |server| {
    let rep = server.sign_in("rep_a").await;
    let theirs = place(&made(&rep, 1000).await);
    let admin = server.sign_in("it_a").await;
    let of = async |who: &str, field: &str| {
        let user = server.person(who);
        admin.get(&format!("{theirs}/explain?user={user}{field}")).await.ok()
    };

    let own = of("rep_a", "&field=margin").await;
    assert_eq!((&own["shows_row"], &own["shows_field"]), (&json!(true), &json!(false)), "{own}");
    let role = own["roles"].as_array().unwrap().iter().find(|role| role["role"] == "sales_rep").unwrap();
    assert_eq!(role["shows_row"], json!(true));
    assert_eq!(role["field"]["reason"], json!("not_among"), "{role}");

    let other = of("rep_b", "").await;
    assert_eq!(other["shows_row"], json!(false));
    let role = other["roles"].as_array().unwrap().iter().find(|role| role["role"] == "sales_rep").unwrap();
    assert_eq!(role["shows_row"], json!(false));
    let told = role["because"].to_string();
    assert!(told.contains(&server.person("rep_b").to_string()), "the scope as it came out for them: {told}");
    // The administrator sees no row of it, so whose it is stays untold.
    assert!(!other.to_string().contains(&server.person("rep_a").to_string()), "{other}");
    assert!(other["title"].is_null());

    rep.get(&format!("{theirs}/explain?user={}", server.person("rep_b"))).await.refused(403, "forbidden");
    admin.get(&format!("{theirs}/explain?user={}&field=nothing", server.person("rep_b"))).await.refused(422, "invalid");
});
