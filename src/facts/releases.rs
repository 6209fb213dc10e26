//! Which API versions which release of an operator serves.
//!
//! It does not know fields: their releases stand beside them.

use crate::model::Release;

/// The first release of external-secrets that serves `v1`.
pub const FIRST_WITH_V1: Release = Release::new(0, 16);

/// The first release of external-secrets that takes a store's `refreshInterval` as a duration; before, seconds.
pub const STORE_INTERVAL_AS_DURATION: Release = Release::new(2, 8);

/// When a version of a kind was served by default, as in the `served` flags of each release's definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    pub version: &'static str,
    pub kinds: &'static [&'static str],
    pub since: Option<Release>,
    /// The first release that no longer serves it.
    pub until: Option<Release>,
}

const PULLING: &[&str] = &["ClusterExternalSecret", "ClusterSecretStore", "ExternalSecret", "SecretStore"];

/// `external-secrets.io`. 0.16.0 (April 2025) brought `v1` and dropped `v1alpha1` of what pulls; 0.17.0 (May 2025)
/// stopped serving `v1beta1`, which a setting of the chart (`crds.unsafeServeV1Beta1`) can bring back.
pub static EXTERNAL_SECRETS: &[Served] = &[
    Served { version: "v1", kinds: PULLING, since: Some(Release::new(0, 16)), until: None },
    Served { version: "v1beta1", kinds: PULLING, since: None, until: Some(Release::new(0, 17)) },
    Served {
        version: "v1alpha1",
        kinds: &["ClusterSecretStore", "ExternalSecret", "SecretStore"],
        since: None,
        until: Some(Release::new(0, 16)),
    },
    Served { version: "v1alpha1", kinds: &["PushSecret"], since: None, until: None },
    Served { version: "v1alpha1", kinds: &["ClusterPushSecret"], since: Some(Release::new(0, 15)), until: None },
];

/// The group of the project that external-secrets replaced in 2021.
pub const FORMER_GROUP: &str = "kubernetes-client.io";

/// How a kind's version is served; `None` for one that never existed.
pub fn served(kind: &str, version: &str) -> Option<&'static Served> {
    EXTERNAL_SECRETS.iter().find(|served| served.version == version && served.kinds.contains(&kind))
}

/// The version to write for a kind today.
pub fn current_version(kind: &str) -> Option<&'static str> {
    EXTERNAL_SECRETS.iter().find(|served| served.until.is_none() && served.kinds.contains(&kind)).map(|it| it.version)
}

impl Served {
    pub fn is_served_by(&self, release: Release) -> bool {
        self.since.is_none_or(|since| since <= release) && self.until.is_none_or(|until| release < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_and_v1beta1_are_served_together_by_one_release_only() {
        let both =
            |release| ["v1", "v1beta1"].map(|version| served("ExternalSecret", version).unwrap().is_served_by(release));
        assert_eq!(both(Release::new(0, 15)), [false, true]);
        assert_eq!(both(Release::new(0, 16)), [true, true]);
        assert_eq!(both(Release::new(0, 17)), [true, false]);
    }

    #[test]
    fn pushing_kinds_never_left_v1alpha1() {
        assert_eq!(current_version("PushSecret"), Some("v1alpha1"));
        assert_eq!(current_version("SecretStore"), Some("v1"));
        assert_eq!(served("PushSecret", "v1"), None);
    }
}
