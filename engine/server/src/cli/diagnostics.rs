//! Diagnostics on a terminal: `error[E0201] trade/entities/item.json: fields.owner.to: no entity … (did you mean …?)`.

use kernel::{Diagnostic, Severity};

/// Prints them, errors last so that they are seen, and a line that counts them. Gives the number of errors.
#[expect(clippy::print_stdout, reason = "the command line's output")]
pub(super) fn print(diagnostics: &[Diagnostic]) -> usize {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| (a.severity, &a.file, &a.path).cmp(&(b.severity, &b.file, &b.path)));
    for diagnostic in &sorted {
        println!("{}", line(diagnostic));
    }
    let errors = sorted.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = sorted.len() - errors;
    println!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
    errors
}

fn line(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut text = format!("{severity}[{}]", diagnostic.code);
    for place in [&diagnostic.file, &diagnostic.path] {
        if !place.is_empty() {
            text.push(' ');
            text.push_str(place);
            text.push(':');
        }
    }
    text.push(' ');
    text.push_str(&diagnostic.message);
    if let Some(hint) = &diagnostic.hint {
        text.push_str(" (");
        text.push_str(hint);
        text.push(')');
    }
    text
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_is_one_line_with_code_file_path_and_hint() {
        let found = Diagnostic::error("E0201", "fields.owner.to", "no entity `usr`")
            .in_file("trade/entities/item.json")
            .hint("did you mean `user`?");
        assert_eq!(
            line(&found),
            "error[E0201] trade/entities/item.json: fields.owner.to: no entity `usr` (did you mean `user`?)"
        );
    }
}
