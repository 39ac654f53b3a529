//! In which order kinds go out. Within a rank, everything goes at once.

/// Namespaces go before everything else.
pub const RANK_NAMESPACE: u16 = 0;
/// Then CRDs, which are waited for.
pub const RANK_CRD: u16 = 1;
/// Kinds that nothing is known about (custom resources) go last.
const RANK_CUSTOM: u16 = 15;

/// The groups of kinds in their order: what others need comes first.
const ORDER: &[(u16, &[&str])] = &[
    (RANK_NAMESPACE, &["Namespace"]),
    (RANK_CRD, &["CustomResourceDefinition"]),
    (2, &["PriorityClass", "ResourceQuota", "LimitRange", "RuntimeClass"]),
    (3, &["NetworkPolicy", "PodDisruptionBudget"]),
    (4, &["ServiceAccount"]),
    (5, &["Secret", "ConfigMap"]),
    (6, &["StorageClass", "CSIDriver", "PersistentVolume", "PersistentVolumeClaim"]),
    (7, &["ClusterRole", "Role"]),
    (8, &["ClusterRoleBinding", "RoleBinding"]),
    (9, &["Service", "Endpoints", "EndpointSlice"]),
    (
        10,
        &[
            "DaemonSet",
            "Pod",
            "ReplicationController",
            "ReplicaSet",
            "Deployment",
            "StatefulSet",
            "Job",
            "CronJob",
        ],
    ),
    (11, &["HorizontalPodAutoscaler"]),
    (12, &["IngressClass", "Ingress"]),
    (13, &["APIService"]),
    (14, &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]),
];

/// The groups whose kinds the table speaks of; a `Service` of another group is a custom resource.
const BUILT_IN: &[&str] = &[
    "",
    "apps",
    "batch",
    "autoscaling",
    "policy",
    "extensions",
    "node.k8s.io",
    "scheduling.k8s.io",
    "networking.k8s.io",
    "storage.k8s.io",
    "discovery.k8s.io",
    "rbac.authorization.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "admissionregistration.k8s.io",
];

/// The rank of a kind, from 0.
#[must_use]
pub fn rank(group: &str, kind: &str) -> u16 {
    if !BUILT_IN.contains(&group) {
        return RANK_CUSTOM;
    }
    let found = ORDER.iter().find(|(_, kinds)| kinds.contains(&kind));
    found.map_or(RANK_CUSTOM, |(rank, _)| *rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_need_comes_first() {
        let line = [
            ("", "Namespace"),
            ("apiextensions.k8s.io", "CustomResourceDefinition"),
            ("", "ServiceAccount"),
            ("", "Secret"),
            ("", "PersistentVolumeClaim"),
            ("rbac.authorization.k8s.io", "Role"),
            ("rbac.authorization.k8s.io", "RoleBinding"),
            ("", "Service"),
            ("apps", "Deployment"),
            ("autoscaling", "HorizontalPodAutoscaler"),
            ("networking.k8s.io", "Ingress"),
            ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
            ("serving.knative.dev", "Service"),
        ];
        let ranks: Vec<u16> = line.iter().map(|(group, kind)| rank(group, kind)).collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    }
}
