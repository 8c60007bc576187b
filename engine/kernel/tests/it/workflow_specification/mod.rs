//! The specification of workflows, row by row: for each type of node and each thing that an approval can do one test
//! that is named after it. Finer points are held by the modules `workflow_*` beside this one.
//!
//! | node | test | not yet |
//! | --- | --- | --- |
//! | start | `nodes::start_by_a_transition_or_another_workflow_…` | automations, schedules and messages start none |
//! | approval | `nodes::approval_is_decided_by_approving_rejecting_or_an_outcome_of_its_own` | |
//! | form | `nodes::form_task_is_filled_in_and_completed` | |
//! | notify | `nodes::notify_informs_people_and_keeps_a_notice_for_each`, which knows when it was read; copies (`cc`) with who has read them: `workflow_acts` | |
//! | switch | `nodes::switch_takes_the_first_case_or_the_default_or_what_a_decision_table_says` | |
//! | fork, join | `nodes::fork_takes_the_branches_that_hold_and_join_waits_for_all_so_many_or_the_first` | |
//! | merge | `nodes::merge_waits_for_what_can_still_come_where_branches_cross` | |
//! | action | `nodes::action_changes_the_record_makes_a_transition_or_stands_as_an_incident` | connectors, scripts, documents; an edge for errors |
//! | wait | `nodes::wait_for_a_duration_a_date_working_time_a_message_or_a_condition` | |
//! | race | `nodes::event_race_is_won_by_the_first_wait_or_decision` | |
//! | call | `nodes::call_of_a_workflow_awaited_or_not_once_or_over_a_list_until_so_many_agree` | |
//! | end | `nodes::end_carries_its_outcome_and_terminate_ends_the_callers_too` | milestones, cancel regions |
//!
//! | approval | test |
//! | --- | --- |
//! | approvers | `approval::approvers_are_the_union_of_any_sources_without_whom_the_node_excepts` |
//! | mode | `approval::mode_says_how_many_decide_and_closes_what_is_certain` |
//! | nobody found | `approval::nobody_found_follows_the_policy_and_never_parks_it`; the list of stranded tasks: the server's `flow_verbs` |
//! | same person again | `approval::same_person_again_is_asked_or_skipped_only_where_nothing_is_to_be_written` |
//! | verbs | `approval::verbs_are_there_where_the_node_allows_them_and_ask_for_what_it_says` |
//! | return | `approval::return_leads_to_the_initiator_or_a_passed_node_and_again_or_straight_back` |
//! | reject | `approval::reject_follows_the_mode_and_its_edge` |
//! | withdraw | `approval::withdraw_has_three_windows_and_administrators_step_in_with_a_reason` |
//! | absence | `approval::absence_gives_tasks_to_the_deputy_with_both_names_and_a_leavers_to_others` |
//! | fields | `approval::fields_are_merged_only_where_the_node_may_write_them` |
//! | due | `approval::due_reminds_and_then_does_one_thing_that_is_remembered_as_automatic` |
//! | batch | `approval::batch_is_what_the_workflow_allows`; each on its own: the server's `flow_verbs::batch_…` |
//! | from mail | `approval::from_mail_is_done_what_needs_nothing_but_a_reason`; links and their page: the server's `mail_links` |

use serde_json::{Value as Json, json};

mod approval;
mod nodes;

/// An approval by a role.
fn approval(role: &str, next: &str) -> Json {
    json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "next": next, "rejected": "rejected"})
}

/// These nodes after a start that leads to `first`, before the usual ends.
fn with_ends(first: &str, nodes: &Json) -> Json {
    let mut all = json!({"start": {"type": "start", "next": first}, "approved": {"type": "end", "outcome": "approved"},
        "rejected": {"type": "end", "outcome": "rejected"}});
    all.as_object_mut().unwrap().extend(nodes.as_object().unwrap().clone());
    all
}
