//! Plan before touch: a dry run of every create and change. If the API server would refuse any
//! object on its own, none is changed.

use std::collections::{HashMap, HashSet};

use futures::StreamExt;
use pintle_release_api::{Adopt, OnImmutable, Reason};
use pintle_release_manifest::ObjectKey;
use pintle_release_plan::{
    Action, Answer, Desired, Ownership, Plan, Refusal, Replicas, SentReplicas, Settlement, Step,
    Verdict, classify, conflicts, our_entry, ownership, send_replicas, settle, wanted_replicas,
};
use serde_json::Value;

use crate::applier::CONCURRENCY;
use crate::request::{self, collection, url};
use crate::{Applier, Kind, Metadata};

/// What the caller allows.
#[derive(Clone, Copy, Debug)]
pub struct Preflight<'a> {
    /// What may be taken over.
    pub adopt: Adopt,
    /// What to do about fields that can't be changed.
    pub on_immutable: OnImmutable,
    /// What is known of the replica counts of workloads that an autoscaler targets.
    pub replicas: &'a HashMap<ObjectKey, Replicas>,
    /// Our objects that were there before the release: they stay marked so.
    pub adopted: &'a HashSet<ObjectKey>,
}

/// An object that may go out.
#[derive(Clone, Debug)]
pub struct Ready {
    /// What happens to it; recreate where that is the only way and is allowed.
    pub step: Step,
    /// The body, without the fields that are left to others; none to send it as it is.
    pub body: Option<Value>,
    /// The fields that are left to others.
    pub yields: Vec<String>,
    /// Whether it was somebody's before, and so is to be marked as adopted.
    pub adopted: bool,
    /// Why it could not be judged yet, where it could not.
    pub deferred: Option<String>,
}

/// What preflight found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What may go out, in waves.
    pub waves: Vec<Vec<Ready>>,
    /// What the API server refuses.
    pub refused: Vec<Refusal>,
    /// What passing faults stood in the way of an answer.
    pub transient: Vec<String>,
    /// What may be taken over: of what could not be judged yet it is asked when its turn comes.
    pub adopt: Adopt,
}

enum Outcome {
    Ready(Ready),
    Refused(Refusal),
    Transient(String),
}

impl Applier {
    /// Asks the API server about every step that would change something. Changes nothing.
    pub async fn preflight(
        &self,
        desired: &[Desired],
        plan: &Plan,
        options: Preflight<'_>,
    ) -> Checked {
        let coming = Coming::of(desired, plan);
        let mut checked = Checked { adopt: options.adopt, ..Checked::default() };
        for wave in &plan.waves {
            let steps = wave.iter().filter(|it| it.action != Action::Leave);
            let checks: Vec<_> = steps
                .map(|step| self.check(&desired[step.index], *step, options, &coming))
                .collect();
            let outcomes = futures::stream::iter(checks).buffered(CONCURRENCY);
            let mut ready = Vec::new();
            for outcome in outcomes.collect::<Vec<_>>().await {
                match outcome {
                    Outcome::Ready(step) => ready.push(step),
                    Outcome::Refused(refusal) => checked.refused.push(refusal),
                    Outcome::Transient(message) => checked.transient.push(message),
                }
            }
            checked.waves.push(ready);
        }
        checked
    }

    async fn check(
        &self,
        desired: &Desired,
        step: Step,
        options: Preflight<'_>,
        coming: &Coming,
    ) -> Outcome {
        let ready = |deferred: Option<String>| Ready {
            step,
            body: None,
            yields: Vec::new(),
            adopted: step.action == Action::Patch && options.adopted.contains(&desired.key),
            deferred,
        };
        if let Some(why) = coming.defers(desired) {
            return Outcome::Ready(ready(Some(why)));
        }
        if step.action == Action::Await {
            return Outcome::Ready(ready(Some("it is still being deleted".to_owned())));
        }
        let kind = match self.kind(desired).await {
            Ok(kind) => kind,
            Err(answer) => return self.judge(desired, &answer, ready(None), coming),
        };
        if step.action == Action::Recreate {
            return self.check_recreate(desired, &kind, ready(None), coming).await;
        }
        match self.dry_run(desired, &kind, ready(None), options).await {
            Ok(outcome) => outcome,
            Err(answer) => {
                let verdict = classify(&desired.key, &answer);
                let immutable =
                    matches!(&verdict, Verdict::Refused(it) if it.reason == Reason::ImmutableField);
                if step.action == Action::Patch && self.is_tangled(desired, &kind, &answer).await {
                    let why = "list items that others have edited are taken over first";
                    return Outcome::Ready(ready(Some(why.to_owned())));
                }
                if immutable && step.action == Action::Create {
                    // It is there and was not seen among ours: whose is it, before anything else?
                    let url = url(&desired.gvk, &kind, &desired.key);
                    match self.claim(desired, &url, options.adopt).await {
                        Ok(Claim::Ours) => {}
                        // It is not ours yet, so it is not ours to delete.
                        Ok(Claim::Kept | Claim::Adopted) => {
                            return self.judge(desired, &answer, ready(None), coming);
                        }
                        Ok(Claim::Refused(refusal)) => return Outcome::Refused(refusal),
                        Err(answer) => return self.judge(desired, &answer, ready(None), coming),
                    }
                }
                if immutable && may_recreate(desired, options.on_immutable) {
                    let step = Step { action: Action::Recreate, ..step };
                    let ready = Ready { step, ..ready(None) };
                    return self.check_recreate(desired, &kind, ready, coming).await;
                }
                self.judge(desired, &answer, ready(None), coming)
            }
        }
    }

    /// First without force: what it answers are the fields that others own.
    async fn dry_run(
        &self,
        desired: &Desired,
        kind: &Kind,
        mut ready: Ready,
        options: Preflight<'_>,
    ) -> Result<Outcome, Answer> {
        let url = url(&desired.gvk, kind, &desired.key);
        let scaled = options.replicas.get(&desired.key);
        let mut object = desired.clone();
        if let Some(facts) = scaled {
            yield_replicas(&mut object, *facts, &mut ready.yields);
        }
        let first = request::apply(&self.client, &url, &object.body, false, true).await;
        let exists = match &first {
            Ok(written) => !written.created,
            Err(answer) => matches!(classify(&desired.key, answer), Verdict::Conflict),
        };
        // An object that was not seen among ours: whose is it?
        if exists && ready.step.action == Action::Create {
            match self.claim(desired, &url, options.adopt).await? {
                Claim::Ours | Claim::Kept => {}
                Claim::Adopted => ready.adopted = true,
                Claim::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
            }
        }
        if let Err(answer) = first {
            if !exists {
                return Err(answer);
            }
            for conflict in conflicts(&answer) {
                if settle(desired, &conflict, scaled.is_some()) == Settlement::Yield {
                    ready.yields.push(format!("{} {}", desired.key, conflict.field));
                    leave_out(&mut object, &conflict.field);
                }
            }
            request::apply(&self.client, &url, &object.body, true, true).await?;
        }
        ready.body = (object.body != desired.body).then_some(object.body);
        Ok(Outcome::Ready(ready))
    }

    /// Whether an object that is there may become ours. Asked before anything is sent: a field
    /// manager does not conflict with itself, so that two releases would overwrite each other.
    pub(crate) async fn claim(
        &self,
        desired: &Desired,
        url: &str,
        adopt: Adopt,
    ) -> Result<Claim, Answer> {
        let Some(Metadata(metadata)) = request::read(&self.client, url).await? else {
            return Ok(Claim::Ours);
        };
        let refuse = |reason, message: String| {
            let object = desired.key.clone();
            Ok(Claim::Refused(Refusal { reason, object, field: None, message }))
        };
        let whose = ownership(&desired.key, &metadata);
        match (&whose, adopt) {
            (Ownership::Release { namespace, name }, _)
                if *namespace == self.owner.namespace && *name == self.owner.name =>
            {
                // The answer to an adoption may have been lost.
                let adopted = metadata.pointer("/annotations/pintle.dev~1adopted").is_some();
                Ok(if adopted { Claim::Adopted } else { Claim::Ours })
            }
            // Ours once: kept by a rollback, a `keep` annotation or an orphaning, which took our
            // labels off and left Helm's.
            (Ownership::Helm(release), _)
                if *release == format!("{}/{}", self.owner.namespace, self.owner.release_name)
                    && our_entry(&metadata).is_some() =>
            {
                Ok(Claim::Kept)
            }
            (_, Adopt::Any) | (Ownership::Nobody, Adopt::Unowned) => Ok(Claim::Adopted),
            (Ownership::Release { namespace, name }, _) => {
                refuse(Reason::OwnedByOther, format!("it belongs to release {namespace}/{name}"))
            }
            (Ownership::Helm(release), _) => {
                refuse(Reason::OwnedByOther, format!("it belongs to Helm release {release}"))
            }
            (Ownership::Controller(owner), _) => {
                refuse(Reason::OwnedByOther, format!("it belongs to {owner}"))
            }
            (Ownership::Nobody, Adopt::Never) => {
                refuse(Reason::ExistsUnowned, "it exists, and no release owns it".to_owned())
            }
        }
    }

    async fn check_recreate(
        &self,
        desired: &Desired,
        kind: &Kind,
        ready: Ready,
        coming: &Coming,
    ) -> Outcome {
        let url = collection(&desired.gvk, kind, &desired.key.namespace);
        match request::dry_create(&self.client, &url, &desired.body).await {
            Ok(()) => Outcome::Ready(ready),
            Err(answer) => self.judge(desired, &answer, ready, coming),
        }
    }

    fn judge(&self, desired: &Desired, answer: &Answer, ready: Ready, coming: &Coming) -> Outcome {
        match classify(&desired.key, answer) {
            Verdict::Refused(refusal) => match coming.excuses(desired, answer) {
                Some(why) => Outcome::Ready(Ready { deferred: Some(why), ..ready }),
                None => Outcome::Refused(refusal),
            },
            Verdict::Deferred(why) => Outcome::Ready(Ready { deferred: Some(why), ..ready }),
            Verdict::Transient(message) => {
                Outcome::Transient(format!("{}: {message}", desired.key))
            }
            Verdict::Conflict => Outcome::Transient(format!("{}: fields changed", desired.key)),
        }
    }
}

/// What may become of an object that is there.
pub(crate) enum Claim {
    /// It is ours, or not there.
    Ours,
    /// It was ours, and was kept when its release let it go.
    Kept,
    /// It may be taken over.
    Adopted,
    /// It is somebody else's.
    Refused(Refusal),
}

/// A claim holds data, so it is never recreated.
fn may_recreate(desired: &Desired, on_immutable: OnImmutable) -> bool {
    let holds_data = matches!(
        desired.key.kind.as_str(),
        "PersistentVolumeClaim" | "PersistentVolume" | "CustomResourceDefinition" | "Namespace"
    );
    let is_job = desired.key.group == "batch" && desired.key.kind == "Job";
    is_job || (on_immutable == OnImmutable::Recreate && !holds_data)
}

/// Sends what the autoscaler set, until it owns the field, and nothing from then on.
fn yield_replicas(object: &mut Desired, facts: Replicas, yields: &mut Vec<String>) {
    let sent = wanted_replicas(facts);
    if sent != SentReplicas::AsRendered {
        yields.push(format!("{} .spec.replicas", object.key));
    }
    send_replicas(object, sent);
}

/// Takes a field out of what is sent. Only paths of plain map keys are ever yielded, but for
/// `webhooks[name=…].clientConfig.caBundle`, which is looked for by its end.
fn leave_out(object: &mut Desired, field: &str) {
    if field == ".spec.replicas" {
        send_replicas(object, SentReplicas::LeftOut);
    } else if field.ends_with(".caBundle") {
        remove_key(&mut object.body, "caBundle");
    }
}

fn remove_key(value: &mut Value, key: &str) {
    match value {
        Value::Object(map) => {
            map.remove(key);
            map.values_mut().for_each(|inner| remove_key(inner, key));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| remove_key(inner, key)),
        _ => {}
    }
}

/// What the plan itself brings, so that what needs it can't be judged before.
struct Coming {
    namespaces: HashSet<String>,
    kinds: HashSet<(String, String)>,
    roles: HashSet<(String, String)>,
}

impl Coming {
    fn of(desired: &[Desired], plan: &Plan) -> Self {
        let mut coming =
            Coming { namespaces: HashSet::new(), kinds: HashSet::new(), roles: HashSet::new() };
        for step in plan.steps().filter(|it| it.action != Action::Leave) {
            let object = &desired[step.index];
            match (object.key.group.as_str(), object.key.kind.as_str()) {
                ("", "Namespace") if step.action == Action::Create => {
                    coming.namespaces.insert(object.key.name.clone());
                }
                ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                    let text = |at: &str| {
                        object
                            .body
                            .pointer(at)
                            .and_then(Value::as_str)
                            .unwrap_or_default()
                            .to_owned()
                    };
                    coming.kinds.insert((text("/spec/group"), text("/spec/names/kind")));
                }
                ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => {
                    coming.roles.insert((object.key.kind.clone(), object.key.name.clone()));
                }
                _ => {}
            }
        }
        coming
    }

    /// Why an object can't be judged before its wave.
    fn defers(&self, object: &Desired) -> Option<String> {
        let kind = (object.key.group.clone(), object.key.kind.clone());
        if self.kinds.contains(&kind) {
            return Some(format!("its kind {} comes with this version", object.key.kind));
        }
        if self.namespaces.contains(&object.key.namespace) {
            return Some(format!("its namespace {} comes with this version", object.key.namespace));
        }
        None
    }

    /// Why a refusal does not count: a binding whose role comes with this version.
    fn excuses(&self, object: &Desired, answer: &Answer) -> Option<String> {
        let binding = matches!(object.key.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
        if !binding || !matches!(answer.code, 403 | 404) {
            return None;
        }
        let text = |at: &str| object.body.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let role = (text("/roleRef/kind")?, text("/roleRef/name")?);
        self.roles
            .contains(&role)
            .then(|| format!("its {} {} comes with this version", role.0, role.1))
    }
}
