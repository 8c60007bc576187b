//! Tokens to syntax tree: a Pratt parser over Rhai's operators.

use super::{
    ast::{Ast, BinaryOp, Kind, MAX_DEPTH, MAX_LENGTH, UnaryOp},
    lexer::{Token, syntax_error, tokens},
};
use crate::{Diagnostic, Name, nearest};

/// Parses source text.
pub(crate) fn parse(source: &str) -> Result<Ast, Diagnostic> {
    if source.chars().nth(MAX_LENGTH).is_some() {
        return Err(Diagnostic::error("E0302", "", format!("the expression is longer than {MAX_LENGTH} characters"))
            .hint("split it into lets"));
    }
    let tokens = tokens(source)?;
    let mut parser = Parser { tokens: &tokens, next: 0, nesting: 0 };
    if parser.peek() == &Token::End {
        return Err(syntax_error(0, "the expression is empty"));
    }
    let ast = parser.expression(0)?;
    if parser.peek() == &Token::End { Ok(ast) } else { Err(parser.unexpected("the end")) }
}

struct Parser<'a> {
    tokens: &'a [(Token, usize)],
    next: usize,
    nesting: usize,
}

type Parsed = Result<Ast, Diagnostic>;

/// Words that cannot be names.
const KEYWORDS: [&str; 6] = ["if", "else", "true", "false", "null", "in"];

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a Token {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |(_, at)| *at)
    }

    fn skip(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(s) if *s == symbol);
        self.next += usize::from(found);
        found
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(w) if &**w == word);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), Diagnostic> {
        if self.skip(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn unexpected(&self, expected: &str) -> Diagnostic {
        let found = match self.peek() {
            Token::Integer(i) => format!("`{i}`"),
            Token::Decimal(d) => format!("`{d}`"),
            Token::Text(_) => "a text".to_owned(),
            Token::Word(w) => format!("`{w}`"),
            Token::Symbol(s) => format!("`{s}`"),
            Token::End => "the end".to_owned(),
        };
        let error = syntax_error(self.at(), format_args!("expected {expected}, but found {found}"));
        match self.peek() {
            Token::Symbol("=") => error.hint("write == to compare"),
            Token::Symbol("|") => error.hint("write || for \"or\""),
            Token::Symbol(">") => error.hint("write != for \"not equal\""),
            Token::Word(w) if &**w == "and" => error.hint("write && for \"and\""),
            Token::Word(w) if &**w == "or" => error.hint("write || for \"or\""),
            _ => error,
        }
    }

    /// Makes a node, unless the tree becomes too deep.
    fn node(&self, kind: Kind, at: usize) -> Parsed {
        let ast = Ast::new(kind, at);
        if ast.depth > MAX_DEPTH { Err(Self::too_deep()) } else { Ok(ast) }
    }

    fn too_deep() -> Diagnostic {
        Diagnostic::error("E0302", "", format!("the expression is nested deeper than {MAX_DEPTH} levels"))
            .hint("split it into lets")
    }

    /// An expression whose operators bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Parsed {
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return Err(Self::too_deep());
        }
        let mut left = self.prefix()?;
        while let Some(operator) = self.operator()
            && operator.precedence() >= least
        {
            let at = self.at();
            // `!in` is two tokens.
            self.next += if operator == BinaryOp::NotIn { 2 } else { 1 };
            let right = self.expression(operator.precedence() + 1)?;
            left = self.node(Kind::Binary(operator, Box::new(left), Box::new(right)), at)?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<BinaryOp> {
        match self.peek() {
            Token::Symbol(symbol) => Some(match *symbol {
                "||" => BinaryOp::Or,
                "&&" => BinaryOp::And,
                "==" => BinaryOp::Equal,
                "!=" => BinaryOp::NotEqual,
                "<" => BinaryOp::Less,
                "<=" => BinaryOp::LessOrEqual,
                ">" => BinaryOp::Greater,
                ">=" => BinaryOp::GreaterOrEqual,
                "??" => BinaryOp::Coalesce,
                "+" => BinaryOp::Add,
                "-" => BinaryOp::Subtract,
                "*" => BinaryOp::Multiply,
                "/" => BinaryOp::Divide,
                "%" => BinaryOp::Remainder,
                "!" => match self.tokens.get(self.next + 1) {
                    Some((Token::Word(w), _)) if &**w == "in" => BinaryOp::NotIn,
                    _ => return None,
                },
                _ => return None,
            }),
            Token::Word(word) if &**word == "in" => Some(BinaryOp::In),
            _ => None,
        }
    }

    fn prefix(&mut self) -> Parsed {
        let at = self.at();
        let operator = match self.peek() {
            Token::Symbol("-") => UnaryOp::Negate,
            Token::Symbol("!") => UnaryOp::Not,
            _ => return self.postfix(),
        };
        self.next += 1;
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return Err(Self::too_deep());
        }
        let operand = self.prefix()?;
        self.nesting -= 1;
        self.node(Kind::Unary(operator, Box::new(operand)), at)
    }

    /// A primary with its `.name` and `.method(…)`.
    fn postfix(&mut self) -> Parsed {
        let mut ast = self.primary()?;
        while self.skip(".") {
            let at = self.at();
            let name = self.name()?;
            ast = if matches!(self.peek(), Token::Symbol("(")) {
                let mut arguments = vec![ast];
                arguments.extend(self.arguments()?);
                self.node(Kind::Call(name, arguments), at)?
            } else {
                self.node(Kind::Member(Box::new(ast), name), at)?
            };
        }
        if matches!(self.peek(), Token::Symbol("[")) {
            return Err(self.unexpected("an operator").hint("use first(…) or filter(…) to pick from a list"));
        }
        Ok(ast)
    }

    fn name(&mut self) -> Result<Name, Diagnostic> {
        match self.peek() {
            Token::Word(word) => {
                self.next += 1;
                Ok(Name::new(word))
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at();
        let kind = match self.peek() {
            Token::Integer(i) => Kind::Integer(*i),
            Token::Decimal(d) => Kind::Decimal(*d),
            Token::Text(text) => Kind::Text(text.clone()),
            Token::Word(word) => return self.word(word, at),
            Token::Symbol("(") => return self.parenthesis(at),
            Token::Symbol("[") => {
                self.next += 1;
                let list = self.items("]", |p| p.expression(0))?;
                return self.node(Kind::List(list), at);
            }
            Token::Symbol("#{") => {
                self.next += 1;
                let map = self.items("}", Self::entry)?;
                return self.node(Kind::Map(map), at);
            }
            Token::Symbol("|") => return self.closure(at),
            Token::Symbol(_) | Token::End => return Err(self.unexpected("a value")),
        };
        self.next += 1;
        self.node(kind, at)
    }

    fn word(&mut self, word: &str, at: usize) -> Parsed {
        self.next += 1;
        match word {
            "true" => self.node(Kind::Bool(true), at),
            "false" => self.node(Kind::Bool(false), at),
            "null" => self.node(Kind::Null, at),
            "if" => self.conditional(at),
            "not" if !matches!(self.peek(), Token::Symbol(_) | Token::End) => {
                Err(syntax_error(at, "unexpected `not`").hint("write ! for \"not\""))
            }
            word if KEYWORDS.contains(&word) => {
                self.next -= 1;
                Err(self.unexpected("a value"))
            }
            word if matches!(self.peek(), Token::Symbol("(")) => {
                let arguments = self.arguments()?;
                self.node(Kind::Call(Name::new(word), arguments), at)
            }
            word => self.node(Kind::Name(Name::new(word)), at),
        }
    }

    /// `(…)`; `()` is Rhai's null.
    fn parenthesis(&mut self, at: usize) -> Parsed {
        self.next += 1;
        if self.skip(")") {
            return self.node(Kind::Null, at);
        }
        let inner = self.expression(0)?;
        self.expect(")")?;
        Ok(inner)
    }

    fn conditional(&mut self, at: usize) -> Parsed {
        let condition = self.expression(0)?;
        self.expect("{")?;
        let yes = self.expression(0)?;
        self.expect("}")?;
        let no = if !self.skip_word("else") {
            self.node(Kind::Null, at)?
        } else if self.skip("{") {
            let no = self.expression(0)?;
            self.expect("}")?;
            no
        } else if matches!(self.peek(), Token::Word(w) if &**w == "if") {
            // Through `expression`, which counts the nesting of a long `else if` chain.
            self.expression(u8::MAX)?
        } else {
            return Err(self.unexpected("`{`"));
        };
        self.node(Kind::If(Box::new(condition), Box::new(yes), Box::new(no)), at)
    }

    fn closure(&mut self, at: usize) -> Parsed {
        self.next += 1;
        let parameter = self.name()?;
        if matches!(self.peek(), Token::Symbol(",")) {
            return Err(self.unexpected("`|`").hint("a closure has one parameter, the row"));
        }
        self.expect("|")?;
        let body = self.expression(0)?;
        self.node(Kind::Closure(parameter, Box::new(body)), at)
    }

    fn arguments(&mut self) -> Result<Vec<Ast>, Diagnostic> {
        self.expect("(")?;
        self.items(")", |p| p.expression(0))
    }

    fn entry(&mut self) -> Result<(Name, usize, Ast), Diagnostic> {
        let at = self.at();
        let key = match self.peek() {
            Token::Text(text) => {
                self.next += 1;
                Name::new(text)
            }
            _ => self.name()?,
        };
        self.expect(":")?;
        Ok((key, at, self.expression(0)?))
    }

    /// Items parted by commas up to the closing bracket; the opening one is taken already.
    fn items<T>(
        &mut self,
        close: &'static str,
        mut item: impl FnMut(&mut Self) -> Result<T, Diagnostic>,
    ) -> Result<Vec<T>, Diagnostic> {
        let mut items = Vec::new();
        while !self.skip(close) {
            items.push(item(self)?);
            if !self.skip(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }
}

/// A hint for a word that is none of these.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|near| format!("did you mean `{near}`?"))
}
