//! In which encoding a text file is written, and reading it as UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Says in which encoding a text is written: by its mark, by being valid UTF-8, by the zeros of UTF-16, or by whether its
/// other bytes come in the pairs of Chinese.
pub(crate) fn detect(mut file: impl Read) -> io::Result<&'static Encoding> {
    let mut seen = Seen::default();
    let mut buffer = vec![0; 64 << 10];
    let mut kept = 0;
    let mut first = true;
    loop {
        let read = file.read(buffer.get_mut(kept..).unwrap_or_default())?;
        let chunk = buffer.get(..kept + read).unwrap_or_default();
        if first {
            first = false;
            if let Some((encoding, _)) = Encoding::for_bom(chunk) {
                return Ok(encoding);
            }
            if let Some(encoding) = seen_zeros(chunk) {
                return Ok(encoding);
            }
        }
        seen.look(buffer.get(kept..kept + read).unwrap_or_default());
        // What a chunk cuts in two is looked at again with the next one.
        let valid = match std::str::from_utf8(chunk) {
            Ok(_) => chunk.len(),
            Err(e) if e.error_len().is_none() && read > 0 => e.valid_up_to(),
            Err(_) => {
                seen.utf8_broken = true;
                chunk.len()
            }
        };
        if read == 0 {
            break;
        }
        let end = kept + read;
        buffer.copy_within(valid..end, 0);
        kept = end - valid;
    }
    Ok(if !seen.utf8_broken {
        UTF_8
    } else if seen.chinese_pairs * 10 >= seen.pairs * 8 && seen.chinese_pairs > seen.lone {
        GB18030
    } else {
        WINDOWS_1252
    })
}

/// Latin text in UTF-16 has a zero in every second byte.
fn seen_zeros(chunk: &[u8]) -> Option<&'static Encoding> {
    let sample = chunk.get(..chunk.len().min(4096)).unwrap_or_default();
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|b| **b == 0).count() * 8;
    match (zeros(0) > sample.len(), zeros(1) > sample.len()) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

#[derive(Default)]
struct Seen {
    utf8_broken: bool,
    /// The first byte of a pair that has begun.
    lead: Option<u8>,
    /// Two bytes above ASCII in a row.
    pairs: usize,
    /// Pairs of GB 2312's rows of symbols and of characters in use.
    chinese_pairs: usize,
    /// Bytes above ASCII on their own, as accented letters are.
    lone: usize,
}

impl Seen {
    fn look(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match self.lead.take() {
                Some(lead) if byte >= 0x80 => {
                    self.pairs += 1;
                    if matches!(lead, 0xA1..=0xA9 | 0xB0..=0xF7) && byte >= 0xA1 {
                        self.chinese_pairs += 1;
                    }
                }
                Some(_) => self.lone += 1,
                None if byte >= 0x80 => self.lead = Some(byte),
                None => {}
            }
        }
    }
}

/// Reads a text as UTF-8; what is no character of its encoding becomes U+FFFD.
pub(crate) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, input: vec![0; 16 << 10], output: Vec::new(), given: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.input)?;
        self.ended = read == 0;
        let source = self.input.get(..read).unwrap_or_default();
        let most = self.decoder.max_utf8_buffer_length(read).unwrap_or(64 << 10);
        self.output.resize(most, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(source, &mut self.output, self.ended);
        self.output.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let rest = self.output.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(bytes: &[u8]) -> &'static str {
        detect(bytes).unwrap().name()
    }

    fn decoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        Decoded::new(bytes, detect(bytes).unwrap()).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn utf_8_is_known_with_and_without_its_mark() {
        assert_eq!(detected("编号,名称\n1,宁波远洋".as_bytes()), "UTF-8");
        assert_eq!(decoded("\u{FEFF}编号".as_bytes()), "编号");
        assert_eq!(detected(b"code,name"), "UTF-8");
    }

    #[test]
    fn a_character_cut_by_a_chunk_is_still_utf_8() {
        for shift in 0..4 {
            let text = " ".repeat((64 << 10) - shift) + "宁波" + &"é".repeat(40_000);
            assert_eq!(detected(text.as_bytes()), "UTF-8");
        }
    }

    #[test]
    fn chinese_and_western_single_byte_texts_are_told_apart() {
        let (chinese, _, _) = GB18030.encode("编号,名称,城市\n1,宁波远洋国际贸易有限公司,宁波\n2,上海,中国");
        assert_eq!(detected(&chinese), "gb18030");
        assert!(decoded(&chinese).contains("国际贸易有限公司"));
        let (western, _, _) = WINDOWS_1252.encode("name,city\nCafé Crème,Orléans\nMüller & Söhne,Köln – Süd\n£5 €7");
        assert_eq!(detected(&western), "windows-1252");
        assert!(decoded(&western).contains("Müller & Söhne"));
    }

    #[test]
    fn utf_16_is_known_with_and_without_its_mark() {
        let le: Vec<u8> = "code;name\n1;Köln".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&le), "code;name\n1;Köln");
        let be: Vec<u8> = "\u{FEFF}编号\t名称".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&be), "编号\t名称");
    }
}
