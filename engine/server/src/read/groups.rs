//! A list by groups: for each value of a field how many records the reader's list has, and what they come to. A record
//! counts only where its cell of the field may be read, and adds to the sum only where the number may be.

use kernel::{Rejection, Value, catalog::unsummable, rights::all, sealed::seen};
use serde_json::{Map, Value as Json};
use store::Grouping;

use super::{
    ListRequest, Plan, Titles,
    list::{Asked, end_of, field_path, is_orderly},
    record::known_entity,
};
use crate::{App, Failure, Scene};

/// So many groups are told at most.
const MOST: u32 = 200;

/// A list by groups.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Value, count and sum of each.
    pub groups: Vec<Group>,
    /// Titles of the values that are records.
    pub titles: Map<String, Json>,
    /// Whether there are more.
    pub more: bool,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Group {
    /// The value.
    pub value: Json,
    /// How many records.
    pub count: u64,
    /// Their sum.
    pub sum: Option<Json>,
}

impl App {
    /// A list by groups.
    ///
    /// # Errors
    /// As for a list; if there are no groups by this field, or no sum of that one.
    pub async fn groups(
        &self,
        scene: &Scene,
        entity: &str,
        request: &ListRequest,
        by: &str,
        sum: Option<&str>,
    ) -> Result<Groups, Failure> {
        // Neither order nor columns matter, so they must not hide rows either.
        let request = ListRequest { columns: Some(Vec::new()), sort: vec!["id".into()], ..request.clone() };
        {
            let ctx = scene.ctx();
            let access = scene.access(&ctx);
            Asked { scene, access: &access, entity: known_entity(scene, entity)? }.must_be_there("by", by)?;
        }
        let plan = Plan::using(scene, entity, &request, &[by.to_owned()])?;
        let summed = {
            let ctx = scene.ctx();
            let access = scene.access(&ctx);
            let asked = Asked { scene, access: &access, entity: &plan.entity };
            if !is_orderly(scene, &plan.entity, by) {
                let told = format!("`{by}` holds several values and makes no groups");
                return Err(Rejection::invalid("by", "ungroupable", told).into());
            }
            match sum {
                Some(path) => {
                    asked.must_be_there("sum", path)?;
                    if let Some(told) = unsummable(&plan.entity, path) {
                        return Err(Rejection::invalid("sum", "unsummable", told).into());
                    }
                    // What of it may be read where the groups may be.
                    Some((field_path(path), all(asked.rows_for(&[path.to_owned()])?)))
                }
                None => None,
            }
        };
        let grouping = Grouping { by: field_path(by), sum: summed, most: MOST + 1 };
        let found = self.store().groups(&*scene.catalog, &plan.select, &grouping).await;
        let mut found = found.map_err(|error| plan.failed(self, scene, error))?;
        let more = found.len() > MOST as usize;
        found.truncate(MOST as usize);
        let mut titles = Titles::default();
        if let Some(field) = end_of(scene, &plan.entity, by) {
            found.iter().for_each(|group| titles.want_value(field, &group.value));
        } else if by.ends_with("_by") {
            titles.want_people(found.iter().map(|group| group.value.as_id()));
        }
        let titles = titles.look_up(self, scene).await?;
        let groups = found.into_iter().map(|group| Group {
            value: seen(&group.value).to_json(),
            count: group.count,
            sum: group.sum.as_ref().map(Value::to_json),
        });
        Ok(Groups { groups: groups.collect(), titles, more })
    }
}
