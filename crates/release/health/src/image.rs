//! What a kubelet says of an image it can't pull, in the words of people.

/// The registry of an image reference, as containerd resolves it.
fn registry(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// The whole sentence about an image that is not there, from the kubelet's own.
pub(crate) fn pull_failure(image: &str, reason: &str, error: &str) -> String {
    let registry = registry(image);
    match reason {
        "InvalidImageName" => return format!("\"{image}\" is not a valid image name"),
        "ErrImageNeverPull" => {
            return format!("image \"{image}\" is not on the node, and its pull policy is Never");
        }
        _ => {}
    }
    let says = |words: &[&str]| {
        let lower = error.to_lowercase();
        words.iter().any(|it| lower.contains(it))
    };
    if says(&["no such host", "server misbehaving"]) {
        format!("image \"{image}\": there is no registry {registry} (no such host)")
    } else if says(&["connection refused", "i/o timeout", "no route to host", "deadline exceeded"])
    {
        format!("image \"{image}\": registry {registry} can't be reached ({})", core(error))
    } else if says(&["x509", "certificate"]) {
        format!("image \"{image}\": registry {registry} is not trusted ({})", core(error))
    } else if says(&["toomanyrequests", "429", "rate limit"]) {
        format!("image \"{image}\": registry {registry} allows no more pulls for now (rate limit)")
    } else if says(&["unauthorized", "authentication required", "authorization failed", "denied"]) {
        format!(
            "image \"{image}\": registry {registry} refuses access (pull secret missing or wrong, or no such repository)"
        )
    } else if says(&["not found", "manifest unknown", "name unknown", "notfound"]) {
        format!("image \"{image}\" not found in {registry}")
    } else if says(&["no match for platform", "no matching manifest"]) {
        format!("image \"{image}\" is not made for the node's platform")
    } else {
        match core(error) {
            "" => format!("image \"{image}\" can't be pulled"),
            rest => format!("image \"{image}\" can't be pulled: {rest}"),
        }
    }
}

/// The end of a chain of errors, without the layers that say the same again.
fn core(error: &str) -> &str {
    if error.starts_with("Back-off pulling image") && !error.contains(": ") {
        return "";
    }
    error.rsplit(": ").next().unwrap_or(error).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_found_as_containerd_does() {
        let check = |image, want| assert_eq!(registry(image), want, "{image}");
        check("nginx:1", "docker.io");
        check("library/nginx", "docker.io");
        check("registry.example/shop/api:2.1", "registry.example");
        check("localhost/x", "localhost");
        check("host:5000/x", "host:5000");
    }
}
