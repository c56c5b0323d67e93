//! Lists that show one sort of objects at a time: each question is put once for every sort.

use crate::observe::Question;
use firma_catalog::procedure::List;
use serde_json::{Value as Json, json};

/// What picks each sort; a single `None` for a list that shows all of them.
pub fn of(list: &List) -> Vec<Option<Json>> {
    match &list.each {
        None => vec![None],
        Some(each) => {
            let pick = |value: &String| Some(json!({ "name": each.filter, "operator": "eq", "values": [value] }));
            each.values.iter().map(pick).collect()
        }
    }
}

/// The question for one sort.
pub fn picked(mut question: Question, sort: Option<&Json>) -> Question {
    if let Some(sort) = sort {
        match question.parameters.get_mut("filters").and_then(Json::as_array_mut) {
            Some(filters) => filters.push(sort.clone()),
            None => {
                question.parameters.insert("filters".into(), json!([sort]));
            }
        }
    }
    question
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Batch, list_question};
    use firma_catalog::Catalog;
    use firma_model::address::KindId;

    #[test]
    fn each_sort_is_asked_for_beside_the_ids() {
        let ask = |kind: &str| {
            let procedure = Catalog::builtin().kind(&KindId::new(kind)).expect("a kind");
            let batch = Batch { procedure, region: None, ids: vec!["it".to_owned()] };
            let list = batch.procedure.list.as_ref().expect("a list");
            let question = || list_question(&batch, 1).expect("a question");
            of(list)
                .iter()
                .map(|sort| picked(question(), sort.as_ref()).parameters["filters"].clone())
                .collect::<Vec<_>>()
        };
        let ids = json!({ "name": "loadBalancerIds", "operator": "eq", "values": ["it"] });
        let sort = |name: &str| json!({ "name": "loadBalancerType", "operator": "eq", "values": [name] });
        let expected: Vec<Json> = ["alb", "nlb", "dnlb"].map(|name| json!([ids, sort(name)])).to_vec();
        assert_eq!(ask("lb.load_balancer"), expected);
        assert_eq!(ask("vpc.vpc").len(), 1);
    }
}
