//! Source text cut into tokens.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::Diagnostic;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Integer(i64),
    Decimal(Decimal),
    Text(Arc<str>),
    /// A name or a keyword.
    Word(Arc<str>),
    /// An operator or a bracket.
    Symbol(&'static str),
    End,
}

/// Longest first: the first that fits is taken.
const SYMBOLS: [&str; 27] = [
    "&&", "||", "==", "!=", "<=", ">=", "??", "#{", "!", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{",
    "}", ",", ".", ":", "|", "=",
];

/// A syntax error at a character (counted from 0; told from 1).
pub(crate) fn syntax_error(at: usize, message: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error("E0301", "", format!("{message}, at character {}", at + 1))
}

/// Cuts source text into tokens, each with the character at which it begins.
pub(crate) fn tokens(source: &str) -> Result<Vec<(Token, usize)>, Diagnostic> {
    let chars: Vec<char> = source.chars().collect();
    let mut lexer = Lexer { chars: &chars, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_while(char::is_whitespace);
        let at = lexer.at;
        let token = lexer.token()?;
        let end = token == Token::End;
        tokens.push((token, at));
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    chars: &'a [char],
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek(0)
            && fits(c)
        {
            text.push(c);
            self.at += 1;
        }
        text
    }

    fn token(&mut self) -> Result<Token, Diagnostic> {
        let Some(c) = self.peek(0) else { return Ok(Token::End) };
        if c.is_ascii_digit() {
            return self.number();
        }
        if c.is_ascii_alphabetic() || c == '_' {
            return Ok(Token::Word(self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_').into()));
        }
        if c == '"' || c == '\'' {
            return self.text(c);
        }
        for symbol in SYMBOLS {
            if symbol.chars().enumerate().all(|(i, s)| self.peek(i) == Some(s)) {
                self.at += symbol.len();
                return Ok(Token::Symbol(symbol));
            }
        }
        let error = syntax_error(self.at, format_args!("unexpected `{c}`"));
        Err(match c {
            '“' | '”' | '‘' | '’' => error.hint("write straight quotes: \"…\""),
            '，' => error.hint("write an ASCII comma: ,"),
            '（' | '）' => error.hint("write ASCII parentheses: ( )"),
            '&' => error.hint("write && for \"and\""),
            ';' => error.hint("an expression is one value, without statements"),
            _ => error,
        })
    }

    fn number(&mut self) -> Result<Token, Diagnostic> {
        let start = self.at;
        let is_digit = |c: char| c.is_ascii_digit() || c == '_';
        let mut digits = self.skip_while(is_digit);
        let fraction = self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit());
        if fraction {
            self.at += 1;
            digits.push('.');
            digits.push_str(&self.skip_while(is_digit));
        }
        if self.peek(0).is_some_and(|c| c.is_ascii_alphabetic()) {
            return Err(syntax_error(self.at, "unexpected letter after a number"));
        }
        let digits = digits.replace('_', "");
        let too_long = || syntax_error(start, format_args!("the number {digits} has too many digits"));
        if fraction {
            Decimal::from_str_exact(&digits).map(Token::Decimal).map_err(|_| too_long())
        } else {
            digits.parse().map(Token::Integer).map_err(|_| too_long())
        }
    }

    fn text(&mut self, quote: char) -> Result<Token, Diagnostic> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek(0) else { return Err(syntax_error(start, "the text is not closed")) };
            self.at += 1;
            if c == quote {
                return Ok(Token::Text(text.into()));
            }
            text.push(if c == '\\' { self.escape()? } else { c });
        }
    }

    fn escape(&mut self) -> Result<char, Diagnostic> {
        let at = self.at;
        self.at += 1;
        match self.chars.get(at) {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some(c @ ('\\' | '"' | '\'')) => Ok(*c),
            Some('u') => {
                let hex: String = self.chars.iter().skip(at + 1).take(4).collect();
                self.at += 4;
                let code = u32::from_str_radix(&hex, 16).ok().filter(|_| hex.len() == 4);
                code.and_then(char::from_u32).ok_or_else(|| syntax_error(at, "expected four hexadecimal digits"))
            }
            _ => Err(syntax_error(at, "unknown escape").hint("write \\\\ for a backslash")),
        }
    }
}
