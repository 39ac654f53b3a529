//! What an object is for, so that people see an application and not a list of objects:
//! application = network + carrier + storage, and what these need.

/// The part that an object plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// How it is reached.
    Network,
    /// What runs.
    Workload,
    /// What is kept.
    Storage,
    /// What it is told.
    Config,
    /// What it may do.
    Access,
    /// Everything else, custom resources above all.
    Other,
}

/// Kinds by role, in the order in which a role lists them.
const KINDS: &[(Role, &[&str])] = &[
    (
        Role::Network,
        &[
            "Ingress",
            "Gateway",
            "HTTPRoute",
            "GRPCRoute",
            "TCPRoute",
            "TLSRoute",
            "Route",
            "VirtualService",
            "Service",
            "Endpoints",
            "EndpointSlice",
            "NetworkPolicy",
            "IngressClass",
            "APIService",
        ],
    ),
    (
        Role::Workload,
        &[
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "CronJob",
            "Job",
            "ReplicaSet",
            "ReplicationController",
            "Pod",
            "HorizontalPodAutoscaler",
            "VerticalPodAutoscaler",
            "ScaledObject",
            "PodDisruptionBudget",
        ],
    ),
    (
        Role::Storage,
        &["PersistentVolumeClaim", "PersistentVolume", "StorageClass", "VolumeSnapshot"],
    ),
    (
        Role::Config,
        &[
            "ConfigMap",
            "Secret",
            "Namespace",
            "ResourceQuota",
            "LimitRange",
            "PriorityClass",
            "CustomResourceDefinition",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        ],
    ),
    (Role::Access, &["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]),
];

impl Role {
    /// The word of the tree.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Role::Network => "network",
            Role::Workload => "workload",
            Role::Storage => "storage",
            Role::Config => "config",
            Role::Access => "access",
            Role::Other => "other",
        }
    }
}

/// The role of a kind, and its place among the kinds of that role.
pub(crate) fn role(kind: &str) -> (Role, usize) {
    for (role, kinds) in KINDS {
        if let Some(place) = kinds.iter().position(|it| *it == kind) {
            return (*role, place);
        }
    }
    (Role::Other, 0)
}

#[cfg(test)]
mod tests {
    use super::{Role, role};

    #[test]
    fn kinds_play_their_part() {
        assert_eq!(role("Ingress"), (Role::Network, 0));
        assert!(role("Service") > role("Ingress"));
        assert_eq!(role("CronJob").0, Role::Workload);
        assert_eq!(role("PersistentVolumeClaim").0, Role::Storage);
        assert_eq!(role("Certificate"), (Role::Other, 0));
    }
}
