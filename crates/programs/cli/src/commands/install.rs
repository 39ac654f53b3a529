//! `pintle install` and `pintle grant`: what Pintle needs in a cluster and in a namespace.

use serde_json::{Value, json};

use crate::args::{AuthorityArg, GrantArgs, InstallArgs, InstallPart};
use crate::cluster::Cluster;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::fault::api;
use crate::objects::{self, label, text};
use crate::settings::Settings;

/// Namespace, account, roles and Deployment of the controller.
pub(crate) const CONTROLLER: &str = include_str!("../../../../../deploy/controller.yaml");
/// Account and bindings of a namespace.
pub(crate) const GRANT: &str = include_str!("../../../../../deploy/grant.yaml");
/// The namespace of [`CONTROLLER`].
const OWN_NAMESPACE: &str = "pintle-system";

pub(super) async fn install(settings: &Settings, args: &InstallArgs) -> Outcome {
    let crds = match args.only {
        Some(InstallPart::Controller) => Vec::new(),
        _ => objects::definitions()?,
    };
    let rest = match args.only {
        Some(InstallPart::Crds) => Vec::new(),
        _ => controller_objects(settings.namespace.as_deref(), args)?,
    };
    if !args.apply {
        let all: Vec<Value> = crds.into_iter().chain(rest).collect();
        settings.printer.data(&objects::stream(&all)?)?;
        return Ok(ExitStatus::Success);
    }
    let cluster = Cluster::connect(settings).await?;
    for object in crds.iter().chain(&rest) {
        objects::apply(&cluster.client, object).await?;
        settings.printer.word(&format!("{} applied", label(object)));
    }
    for crd in &crds {
        objects::established(&cluster.client, text(crd, "/metadata/name")).await?;
    }
    if !rest.is_empty() {
        settings.printer.word("\nnext: pintle grant -n NAMESPACE, then pintle apply NAME CHART");
    }
    Ok(ExitStatus::Success)
}

/// The controller's objects with what the arguments say about them.
pub(crate) fn controller_objects(
    namespace: Option<&str>,
    args: &InstallArgs,
) -> anyhow::Result<Vec<Value>> {
    let mut objects = objects::documents(CONTROLLER)?;
    for object in &mut objects {
        if let Some(namespace) = namespace {
            rename_namespace(object, namespace);
        }
        let container = object.pointer_mut("/spec/template/spec/containers/0");
        let Some(container) = container else { continue };
        if let Some(image) = &args.image {
            container["image"] = json!(image);
        }
        if args.authority == AuthorityArg::Controller
            && let Some(flags) = container["args"].as_array_mut()
        {
            flags.push(json!("--authority=controller"));
        }
    }
    if args.authority == AuthorityArg::Controller {
        objects.insert(0, admin_binding(namespace.unwrap_or(OWN_NAMESPACE)));
        // The namespace comes first all the same.
        objects.swap(0, 1);
    }
    Ok(objects)
}

fn rename_namespace(object: &mut Value, namespace: &str) {
    if text(object, "/kind") == "Namespace" {
        object["metadata"]["name"] = json!(namespace);
    }
    for pointer in ["/metadata/namespace", "/subjects/0/namespace"] {
        if let Some(place) = object.pointer_mut(pointer) {
            *place = json!(namespace);
        }
    }
}

/// With its own authority the controller needs every right that any release needs.
fn admin_binding(namespace: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "pintle-controller-admin", "labels": {"app.kubernetes.io/part-of": "pintle"}},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "pintle-controller", "namespace": namespace}],
    })
}

/// Applies the CRDs and waits until they are served: all that a controller outside needs.
pub(crate) async fn definitions(client: &kube::Client) -> anyhow::Result<()> {
    let crds = objects::definitions()?;
    for crd in &crds {
        objects::apply(client, crd).await?;
    }
    for crd in &crds {
        objects::established(client, text(crd, "/metadata/name")).await?;
    }
    Ok(())
}

pub(super) async fn grant(settings: &Settings, args: &GrantArgs) -> Outcome {
    if args.print {
        let namespace = match &settings.namespace {
            Some(namespace) => namespace.clone(),
            None => Cluster::connect(settings).await?.namespace,
        };
        let text = objects::stream(&grant_objects(&namespace, &args.account)?)?;
        settings.printer.data(&text)?;
        return Ok(ExitStatus::Success);
    }
    let cluster = Cluster::connect(settings).await?;
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> =
        kube::Api::all(cluster.client.clone());
    let found = namespaces.get(&cluster.namespace).await;
    found.map_err(api(format!("namespace {} can't be granted", cluster.namespace)))?;
    for object in grant_objects(&cluster.namespace, &args.account)? {
        objects::apply(&cluster.client, &object).await?;
        settings.printer.word(&format!("{} applied", label(&object)));
    }
    let (account, namespace) = (&args.account, &cluster.namespace);
    settings.printer.word(&format!(
        "\nreleases in {namespace} may now do what account {account} may: everything in this \
         namespace, nothing outside"
    ));
    Ok(ExitStatus::Success)
}

/// What lets releases of a namespace be applied with this account.
pub(crate) fn grant_objects(namespace: &str, account: &str) -> anyhow::Result<Vec<Value>> {
    let mut objects = objects::documents(GRANT)?;
    for object in &mut objects {
        object["metadata"]["namespace"] = json!(namespace);
        match text(object, "/kind") {
            "ServiceAccount" => object["metadata"]["name"] = json!(account),
            // One binding per account, so that a second one takes nothing from the first.
            "RoleBinding" => {
                let name = text(object, "/metadata/name").replacen("pintle", account, 1);
                object["metadata"]["name"] = json!(name);
            }
            _ => {}
        }
        if let Some(subject) = object.pointer_mut("/subjects/0") {
            subject["name"] = json!(account);
            subject["namespace"] = json!(namespace);
        }
    }
    Ok(objects)
}
