//! The order in which Helm installs and removes objects, by kind (`release/v1/util/kind_sorter.go`).

use std::cmp::Ordering;

/// The kinds in the order they are installed.
pub const INSTALL_ORDER: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The kinds in the order they are removed.
pub const UNINSTALL_ORDER: &[&str] = &[
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// Which of two kinds comes first: by the given order, unknown ones last, by name among themselves.
#[must_use]
pub fn compare_kinds(a: &str, b: &str, order: &[&str]) -> Ordering {
    let rank = |kind: &str| order.iter().position(|known| *known == kind);
    match (rank(a), rank(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_come_last_by_name_in_both_orders() {
        let mut kinds = ["Zebra", "Service", "Ant", "Deployment", "Secret", ""];
        kinds.sort_by(|a, b| compare_kinds(a, b, INSTALL_ORDER));
        assert_eq!(kinds, ["Secret", "Service", "Deployment", "", "Ant", "Zebra"]);
        kinds.sort_by(|a, b| compare_kinds(a, b, UNINSTALL_ORDER));
        assert_eq!(kinds, ["Service", "Deployment", "Secret", "", "Ant", "Zebra"]);
    }

    #[test]
    fn the_orders_hold_the_same_kinds() {
        let sorted = |order: &[&'static str]| {
            let mut kinds = order.to_vec();
            kinds.sort_unstable();
            kinds
        };
        assert_eq!(INSTALL_ORDER.len(), 38);
        assert_eq!(sorted(INSTALL_ORDER), sorted(UNINSTALL_ORDER));
    }
}
