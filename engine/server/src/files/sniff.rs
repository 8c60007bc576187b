//! What a file is, as its bytes tell it. Its name is not believed, except to say which paper of an office suite an
//! archive is.

/// The media type of a file that is known by nothing.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// What files begin with.
const STARTS: [(&[u8], &str); 10] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"PK\x03\x04", "application/zip"),
];

/// Papers that are archives, by the ends of their names.
const PAPERS: [(&str, &str); 3] = [
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
];

/// The media type of a file with this beginning.
pub(super) fn media_type(head: &[u8], name: &str) -> &'static str {
    if let (Some(b"RIFF"), Some(b"WEBP")) = (head.get(..4), head.get(8..12)) {
        return "image/webp";
    }
    if head.get(4..8) == Some(b"ftyp") {
        let heic = matches!(head.get(8..12), Some(b"heic" | b"heix" | b"mif1"));
        return if heic { "image/heic" } else { "video/mp4" };
    }
    match STARTS.iter().find(|(start, _)| head.starts_with(start)) {
        Some((_, "application/zip")) => {
            let name = name.to_lowercase();
            PAPERS.iter().find(|(end, _)| name.ends_with(end)).map_or("application/zip", |(_, paper)| paper)
        }
        Some((_, known)) => known,
        None if is_text(head) => "text/plain",
        None => UNKNOWN,
    }
}

/// Whether these are the first bytes of a text; the last sign may be cut.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            head.get(..error.valid_up_to()).and_then(|whole| std::str::from_utf8(whole).ok()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Whether a browser may show such a file itself: pictures and papers that run nothing in our name. Everything else is
/// handed over to be stored.
#[must_use]
pub fn is_shown_inline(media_type: &str) -> bool {
    kernel::field::is_picture(media_type) || media_type == "application/pdf"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n....", "a.pdf"), "image/png");
        assert_eq!(media_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a"), "image/webp");
        assert_eq!(media_type(b"%PDF-1.7", "a.png"), "application/pdf");
        assert_eq!(media_type(b" %PDF-1.7", "a.pdf"), "text/plain", "only at the very beginning");
        assert_eq!(media_type(b"PK\x03\x04abc", "Liste.XLSX"), PAPERS[1].1);
        assert_eq!(media_type(b"PK\x03\x04abc", "a.jar"), "application/zip");
        assert_eq!(media_type("报价单".as_bytes().get(..8).unwrap(), "a.txt"), "text/plain");
        assert_eq!(media_type(b"\x00\x01\x02", "a.txt"), UNKNOWN);
        assert_eq!(media_type(b"", "a.png"), UNKNOWN);
    }

    #[test]
    fn what_could_run_is_never_shown() {
        for text in
            ["<html><script>alert(1)</script>", "<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "<?xml?>"]
        {
            assert!(!is_shown_inline(media_type(text.as_bytes(), "picture.png")), "{text}");
        }
        assert!(is_shown_inline("image/gif") && !is_shown_inline("image/svg+xml") && !is_shown_inline("image/heic"));
    }
}
