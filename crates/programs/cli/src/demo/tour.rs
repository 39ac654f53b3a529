//! The steps of the tour. Each is asserted with a deadline: a tour that ends has shown what it says.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{PersistentVolume, Service};
use kube::api::{Api, DeleteParams, DynamicObject, ListParams};
use kube::discovery::{Discovery, Scope, verbs};
use pintle_release_api::{Phase, Reason, Release};
use serde_json::json;

use crate::commands::request_deletion;
use crate::demo::stage::{SHOP, Stage, is_part_of_the_stage};
use crate::fault::api;
use crate::objects;
use crate::releases;
use crate::summary::cause_text;
use crate::watching::{Verdict, readiness};

/// For everything to come up on a machine that is busy otherwise; alone it takes seconds.
const COME_UP: Duration = Duration::from_secs(120);
/// For a cause to be found, or a version to be served again.
const CHANGE: Duration = Duration::from_secs(60);
/// For an object that was deleted by hand to be back; the aim is one second.
const RESTORE: Duration = Duration::from_secs(10);
/// For everything to go.
const GO: Duration = Duration::from_secs(90);
/// How often it is looked whether something is there.
const POLL: Duration = Duration::from_millis(20);
/// How often the whole namespace is looked through.
const LOOK: Duration = Duration::from_millis(500);

/// The Service that is deleted by hand.
const VICTIM: &str = "shop-api";
/// Lets the database's volume go with the release, so that the end leaves nothing; by default it
/// stays, as data should.
const TRANSIENT_DATA: &str = "postgresql.persistence.whenDeleted=Delete";

/// The shop comes up.
pub(super) async fn install(stage: &mut Stage) -> anyhow::Result<()> {
    stage.announce("pintle apply shop examples/shop");
    let written = stage.apply("the shop", &[TRANSIENT_DATA]).await?;
    let generation = written.metadata.generation.unwrap_or(0);
    let running = |release: &Release| {
        readiness(release, generation) == Verdict::Ready && phase(release) == Some(Phase::Running)
    };
    let release = stage.wait("the shop runs", COME_UP, running).await?;
    let ready = release.status.unwrap_or_default().ready.unwrap_or_default();
    stage.holds(&format!("the whole shop is Running, {ready} objects ready"));
    Ok(())
}

/// Everything that can happen to it.
pub(super) async fn go(stage: &mut Stage) -> anyhow::Result<()> {
    break_it(stage).await?;
    roll_back(stage).await?;
    lose_a_service(stage).await?;
    delete(stage).await
}

async fn break_it(stage: &mut Stage) -> anyhow::Result<()> {
    stage.announce("pintle apply shop examples/shop --set api.image.tag=missing");
    stage.apply("an image that is not there", &[TRANSIENT_DATA, "api.image.tag=missing"]).await?;
    let caused = |release: &Release| {
        let status = release.status.clone().unwrap_or_default();
        status.version == Some(2) && status.causes.iter().any(|it| it.reason == Reason::ImagePull)
    };
    let release = stage.wait("the cause is found", CHANGE, caused).await?;
    let causes = release.status.unwrap_or_default().causes;
    let cause = causes.iter().find(|it| it.reason == Reason::ImagePull);
    stage.holds(&format!("the cause in words: {}", cause.map(cause_text).unwrap_or_default()));
    Ok(())
}

async fn roll_back(stage: &mut Stage) -> anyhow::Result<()> {
    stage.announce("pintle rollback shop 1");
    let wish = json!({"spec": {"rollbackTo": {"version": 1}}});
    let written = releases::patch(&stage.cluster, SHOP, &wish).await?;
    let generation = written.metadata.generation.unwrap_or(0);
    let back = |release: &Release| {
        let version = release.status.as_ref().and_then(|it| it.version);
        version == Some(1) && readiness(release, generation) == Verdict::Ready
    };
    let release = stage.wait("version 1 is served again", CHANGE, back).await?;
    let histories = releases::histories(&stage.cluster, SHOP).await?;
    let numbers: Vec<i64> = histories.iter().map(|it| it.spec.version).collect();
    if numbers != [1, 2] {
        let message = format!("versions 1 and 2 should be there, not {numbers:?}");
        return Err(stage.fault(&message, Some(&release)));
    }
    stage.holds("version 1 is version 1: there is no version 3");
    Ok(())
}

async fn lose_a_service(stage: &mut Stage) -> anyhow::Result<()> {
    stage.announce(&format!("kubectl delete service {VICTIM}"));
    let services: Api<Service> =
        Api::namespaced(stage.cluster.client.clone(), &stage.cluster.namespace);
    let failed = || api(format!("service {VICTIM} can't be deleted"));
    let before = services.get(VICTIM).await.map_err(failed())?.metadata.uid;
    let begin = Instant::now();
    services.delete(VICTIM, &DeleteParams::default()).await.map_err(failed())?;
    loop {
        let found = services.get_opt(VICTIM).await.map_err(failed())?;
        if found.is_some_and(|it| it.metadata.uid != before) {
            break;
        }
        if begin.elapsed() > RESTORE {
            let release = releases::get(&stage.cluster, SHOP).await?;
            let message = format!("service {VICTIM} was not back after {} s", RESTORE.as_secs());
            return Err(stage.fault(&message, Some(&release)));
        }
        tokio::time::sleep(POLL).await;
    }
    stage.holds(&format!("it was back after {} ms", begin.elapsed().as_millis()));
    let ready = |release: &Release| readiness(release, 0) == Verdict::Ready;
    stage.wait("the shop runs again", CHANGE, ready).await?;
    Ok(())
}

async fn delete(stage: &mut Stage) -> anyhow::Result<()> {
    stage.announce("pintle delete shop --wait");
    request_deletion(&stage.cluster, SHOP, false).await?;
    let end = Instant::now() + GO;
    let discovery = Discovery::new(stage.cluster.client.clone()).run_aggregated().await;
    let discovery = discovery.map_err(api("the API server's kinds can't be listed"))?;
    loop {
        let left = left(stage, &discovery).await?;
        if left.is_empty() {
            break;
        }
        if Instant::now() >= end {
            let release = stage.cluster.releases().get_opt(SHOP).await.ok().flatten();
            let message = format!("after {} s there still are: {}", GO.as_secs(), left.join(", "));
            return Err(stage.fault(&message, release.as_ref()));
        }
        tokio::time::sleep(LOOK).await;
    }
    stage.holds("nothing is left: no object of any kind, no version, no stored chart, no volume");
    Ok(())
}

/// Every object of the namespace, of every kind that can be listed, but for what was there before; and the
/// volumes of its claims.
async fn left(stage: &Stage, discovery: &Discovery) -> anyhow::Result<Vec<String>> {
    let mut left = Vec::new();
    for group in discovery.groups() {
        for (resource, capabilities) in group.recommended_resources() {
            if capabilities.scope != Scope::Namespaced
                || !capabilities.supports_operation(verbs::LIST)
            {
                continue;
            }
            let client = stage.cluster.client.clone();
            let objects: Api<DynamicObject> =
                Api::namespaced_with(client, &stage.cluster.namespace, &resource);
            let found = objects.list_metadata(&ListParams::default()).await;
            let found = found.map_err(api(format!("{} can't be listed", resource.plural)))?;
            for object in found {
                let name = object.metadata.name.unwrap_or_default();
                let it = json!({"kind": resource.kind, "metadata": {"name": name}});
                if !is_part_of_the_stage(&it) {
                    left.push(objects::label(&it));
                }
            }
        }
    }
    let volumes: Api<PersistentVolume> = Api::all(stage.cluster.client.clone());
    let found = volumes.list(&ListParams::default()).await;
    for volume in found.map_err(api("volumes can't be listed"))? {
        let claim = volume.spec.and_then(|it| it.claim_ref).unwrap_or_default();
        if claim.namespace.as_deref() == Some(stage.namespace()) {
            let name = volume.metadata.name.unwrap_or_default();
            left.push(format!("PersistentVolume/{name}"));
        }
    }
    Ok(left)
}

fn phase(release: &Release) -> Option<Phase> {
    release.status.as_ref().and_then(|it| it.phase)
}
