//! Stand-in until the real module lands (`decision/mod.rs`): delete this file then.
#[derive(Clone, Debug)]
pub struct Decision;
#[derive(Debug)]
pub struct Decided;
impl Decided {
    pub fn to_value(&self) -> crate::Value {
        crate::Value::Null
    }
}
impl Decision {
    pub fn compile(
        _: &crate::definition::DecisionDefinition,
        _: &crate::expression::Types<'_>,
    ) -> (Option<Self>, Vec<crate::Diagnostic>) {
        (None, vec![])
    }
    pub fn evaluate(&self, _: &crate::expression::Env<'_>) -> Result<Decided, crate::expression::EvalError> {
        Ok(Decided)
    }
}
