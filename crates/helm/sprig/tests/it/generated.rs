//! Calls with random arguments (data/generate.go), as Helm answered them.

use crate::support::{run, run_seeded};

#[test]
fn random_calls_answer_as_in_helm() {
    let cases = include_str!("../data/cases.jsonl").lines();
    let answers = include_str!("../data/answers.jsonl").lines();
    let mut wrong = Vec::new();
    let (mut count, mut left_out) = (0, 0);
    for (case, answer) in cases.zip(answers) {
        let case: serde_json::Value = serde_json::from_str(case).expect(case);
        let answer: serde_json::Value = serde_json::from_str(answer).expect(answer);
        let template = case["tmpl"].as_str().expect("a template");
        let theirs =
            crate::answers::wanted(&answer).map(|out| String::from_utf8_lossy(&out).into_owned());
        let ours = run(template);
        count += 1;
        if ours != run_seeded(template, 2) || crate::answers::is_elsewhere(template) {
            // It asks for today's date, or is not ours to answer.
            left_out += 1;
            continue;
        }
        if ours != theirs {
            wrong.push(format!("{template}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    assert!(count == 6000 && left_out < 20, "{count} {left_out}");
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
