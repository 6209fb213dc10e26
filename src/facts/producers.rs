//! Which Secrets appear in a cluster because an object of some kind is there, and which keys they hold.
//!
//! Source: the documentation named beside each kind. It does not know the kinds that say key by key what they make
//! (Secret, ExternalSecret, SealedSecret, SopsSecret, VaultStaticSecret and its kin): `graph` reads those.

/// A kind whose controller writes Secrets.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    pub group: &'static str,
    pub kinds: &'static [&'static str],
    pub makes: &'static [Made],
    /// Where its documentation says so.
    pub source: &'static str,
}

/// One Secret, or one for each item of a list.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The items that each bring one: a path with `[]` or `*`; empty for the object itself.
    pub each: &'static str,
    /// `{path}` is a field of the item, else of the object; `*` is anything.
    pub name: &'static str,
    /// The field of the item that holds the namespace; empty for the object's own.
    pub namespace: &'static str,
    /// Empty where they cannot be known.
    pub keys: &'static [&'static str],
}

const fn made(name: &'static str, keys: &'static [&'static str]) -> Made {
    Made { each: "", name, namespace: "", keys }
}

const fn each(each: &'static str, name: &'static str, namespace: &'static str) -> Made {
    Made { each, name, namespace, keys: &[] }
}

const POSTGRES: &[&str] = &[
    "username",
    "user",
    "password",
    "dbname",
    "host",
    "port",
    "uri",
    "jdbc-uri",
    "pgpass",
    "fqdn-uri",
    "fqdn-jdbc-uri",
];
const TLS: &[&str] = &["ca.crt", "tls.crt", "tls.key"];
const CERTIFICATE: &[&str] = &[
    "ca.crt",
    "tls.crt",
    "tls.key",
    "tls-combined.pem",
    "key.der",
    "keystore.jks",
    "truststore.jks",
    "keystore.p12",
    "truststore.p12",
];

pub static OPERATORS: &[Operator] = &[
    Operator {
        group: "acid.zalan.do",
        kinds: &["postgresql"],
        makes: &[made("*.{metadata.name}.credentials.postgresql.acid.zalan.do", &["username", "password"])],
        source: "https://postgres-operator.readthedocs.io/en/latest/user/",
    },
    Operator {
        group: "bitpoke.org",
        kinds: &["MysqlCluster"],
        makes: &[made("{metadata.name}-operated", &[])],
        source: "https://github.com/bitpoke/mysql-operator",
    },
    Operator {
        group: "ceph.rook.io",
        kinds: &["CephObjectStoreUser"],
        makes: &[made("rook-ceph-object-user-{spec.store}-{metadata.name}", &["AccessKey", "SecretKey", "Endpoint"])],
        source: "https://rook.io/docs/rook/latest/CRDs/Object-Storage/ceph-object-store-user-crd/",
    },
    Operator {
        group: "ceph.rook.io",
        kinds: &["CephClient"],
        makes: &[made("rook-ceph-client-{metadata.name}", &[])],
        source: "https://rook.io/docs/rook/latest/CRDs/ceph-client-crd/",
    },
    Operator {
        group: "ceph.rook.io",
        kinds: &["CephCluster"],
        makes: &[made("rook-ceph-*", &[]), made("rook-csi-*", &[])],
        source: "https://rook.io/docs/rook/latest/Storage-Configuration/Ceph-CSI/ceph-csi-drivers/",
    },
    Operator {
        group: "cert-manager.io",
        kinds: &["Certificate"],
        makes: &[made("{spec.secretName}", CERTIFICATE)],
        source: "https://cert-manager.io/docs/usage/certificate/",
    },
    Operator {
        group: "cert-manager.io",
        kinds: &["ClusterIssuer", "Issuer"],
        makes: &[made("{spec.acme.privateKeySecretRef.name}", &["tls.key"])],
        source: "https://cert-manager.io/docs/configuration/acme/",
    },
    Operator {
        group: "cluster.x-k8s.io",
        kinds: &["Cluster"],
        makes: &[
            made("{metadata.name}-kubeconfig", &["value"]),
            made("{metadata.name}-ca", &["tls.crt", "tls.key"]),
            made("{metadata.name}-etcd", &["tls.crt", "tls.key"]),
            made("{metadata.name}-proxy", &["tls.crt", "tls.key"]),
            made("{metadata.name}-sa", &["tls.crt", "tls.key"]),
        ],
        source: "https://cluster-api.sigs.k8s.io/tasks/certs/using-custom-certificates",
    },
    Operator {
        group: "db.movetokube.com",
        kinds: &["PostgresUser"],
        makes: &[made("{spec.secretName}-{metadata.name}", &[])],
        source: "https://github.com/movetokube/postgres-operator",
    },
    Operator {
        group: "elasticsearch.k8s.elastic.co",
        kinds: &["Elasticsearch"],
        makes: &[
            made("{metadata.name}-es-elastic-user", &["elastic"]),
            made("{metadata.name}-es-http-certs-public", &["ca.crt", "tls.crt"]),
            made("{metadata.name}-es-*", &[]),
        ],
        source: "https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/accessing-services",
    },
    Operator {
        group: "kibana.k8s.elastic.co",
        kinds: &["Kibana"],
        makes: &[made("{metadata.name}-kb-*", &[])],
        source: "https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/accessing-services",
    },
    Operator {
        group: "grafana.integreatly.org",
        kinds: &["Grafana"],
        makes: &[made("{metadata.name}-admin-credentials", &["GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD"])],
        source: "https://grafana.github.io/grafana-operator/docs/",
    },
    Operator {
        group: "k8s.bitwarden.com",
        kinds: &["BitwardenSecret"],
        makes: &[made("{spec.secretName}", &[])],
        source: "https://bitwarden.com/help/secrets-manager-kubernetes-operator/",
    },
    Operator {
        group: "k8s.mariadb.com",
        kinds: &["Connection"],
        makes: &[made("{spec.secretName}", &[])],
        source: "https://github.com/mariadb-operator/mariadb-operator/tree/main/docs",
    },
    Operator {
        group: "k8s.mariadb.com",
        kinds: &["MariaDB"],
        makes: &[made("{spec.rootPasswordSecretKeyRef.name}", &[]), made("{spec.passwordSecretKeyRef.name}", &[])],
        source: "https://github.com/mariadb-operator/mariadb-operator/tree/main/docs",
    },
    Operator {
        group: "kafka.strimzi.io",
        kinds: &["Kafka"],
        makes: &[
            made("{metadata.name}-cluster-ca-cert", &["ca.crt", "ca.p12", "ca.password"]),
            made("{metadata.name}-clients-ca-cert", &["ca.crt", "ca.p12", "ca.password"]),
            made("{metadata.name}-cluster-ca", &["ca.key"]),
            made("{metadata.name}-clients-ca", &["ca.key"]),
        ],
        source: "https://strimzi.io/docs/operators/latest/deploying",
    },
    Operator {
        group: "kafka.strimzi.io",
        kinds: &["KafkaUser"],
        makes: &[made(
            "{metadata.name}",
            &["ca.crt", "user.crt", "user.key", "user.p12", "user.password", "password", "sasl.jaas.config"],
        )],
        source: "https://strimzi.io/docs/operators/latest/deploying",
    },
    Operator {
        group: "kubernetes-client.io",
        kinds: &["ExternalSecret"],
        makes: &[made("{metadata.name}", &[])],
        source: "https://github.com/external-secrets/kubernetes-external-secrets",
    },
    Operator {
        group: "mongodbcommunity.mongodb.com",
        kinds: &["MongoDBCommunity"],
        makes: &[
            made("{metadata.name}-*", &[]),
            each("spec.users[]", "{connectionStringSecretName}", ""),
            each("spec.users[]", "{scramCredentialsSecretName}-scram-credentials", ""),
        ],
        source: "https://github.com/mongodb/mongodb-kubernetes-operator/tree/master/docs",
    },
    Operator {
        group: "objectbucket.io",
        kinds: &["ObjectBucketClaim"],
        makes: &[made("{metadata.name}", &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])],
        source: "https://rook.io/docs/rook/latest/Storage-Configuration/Object-Storage-RGW/ceph-object-bucket-claim/",
    },
    Operator {
        group: "onepassword.com",
        kinds: &["OnePasswordItem"],
        makes: &[made("{metadata.name}", &[])],
        source: "https://github.com/1Password/onepassword-operator",
    },
    Operator {
        group: "pgv2.percona.com",
        kinds: &["PerconaPGCluster"],
        makes: &[made("{metadata.name}-pguser-*", &[]), made("{metadata.name}-cluster-cert", TLS)],
        source: "https://docs.percona.com/percona-operator-for-postgresql/2.0/users.html",
    },
    Operator {
        group: "postgres-operator.crunchydata.com",
        kinds: &["PostgresCluster"],
        makes: &[made("{metadata.name}-pguser-*", &[]), made("{metadata.name}-cluster-cert", TLS)],
        source: "https://access.crunchydata.com/documentation/postgres-operator/latest/architecture/user-management",
    },
    Operator {
        group: "postgresql.cnpg.io",
        kinds: &["Cluster"],
        makes: &[
            made("{metadata.name}-app", POSTGRES),
            made("{metadata.name}-superuser", POSTGRES),
            made("{metadata.name}-ca", &["ca.crt", "ca.key"]),
            made("{metadata.name}-server", &["tls.crt", "tls.key"]),
            made("{metadata.name}-replication", &["tls.crt", "tls.key"]),
        ],
        source: "https://cloudnative-pg.io/documentation/current/applications/",
    },
    Operator {
        group: "psmdb.percona.com",
        kinds: &["PerconaServerMongoDB"],
        makes: &[made("{spec.secrets.users}", &[]), made("{metadata.name}-*", &[])],
        source: "https://docs.percona.com/percona-operator-for-mongodb/users.html",
    },
    Operator {
        group: "pxc.percona.com",
        kinds: &["PerconaXtraDBCluster"],
        makes: &[made("{spec.secretsName}", &[]), made("{metadata.name}-*", &[])],
        source: "https://docs.percona.com/percona-operator-for-mysql/pxc/users.html",
    },
    Operator {
        group: "rabbitmq.com",
        kinds: &["RabbitmqCluster"],
        makes: &[
            made(
                "{metadata.name}-default-user",
                &["username", "password", "host", "port", "provider", "type", "default_user.conf", "connection_string"],
            ),
            made("{metadata.name}-erlang-cookie", &[".erlang.cookie"]),
        ],
        source: "https://www.rabbitmq.com/kubernetes/operator/using-operator",
    },
    Operator {
        group: "rabbitmq.com",
        kinds: &["User"],
        makes: &[made("{metadata.name}-user-credentials", &["username", "password"])],
        source: "https://www.rabbitmq.com/kubernetes/operator/using-topology-operator",
    },
    Operator {
        group: "redhatcop.redhat.io",
        kinds: &["VaultSecret"],
        makes: &[made("{spec.output.name}", &[])],
        source: "https://github.com/redhat-cop/vault-config-operator",
    },
    Operator {
        group: "ricoberger.de",
        kinds: &["VaultSecret"],
        makes: &[made("{metadata.name}", &[])],
        source: "https://github.com/ricoberger/vault-secrets-operator",
    },
    Operator {
        group: "secretgen.carvel.dev",
        kinds: &["SecretImport", "SecretTemplate"],
        makes: &[made("{metadata.name}", &[])],
        source: "https://github.com/carvel-dev/secretgen-controller/tree/develop/docs",
    },
    Operator {
        group: "secretgen.k14s.io",
        kinds: &["Certificate", "Password", "RSAKey", "SSHKey"],
        makes: &[made("{metadata.name}", &[])],
        source: "https://github.com/carvel-dev/secretgen-controller/tree/develop/docs",
    },
    Operator {
        group: "secretgenerator.mittwald.de",
        kinds: &["BasicAuth", "SSHKeyPair", "StringSecret"],
        makes: &[made("{metadata.name}", &[])],
        source: "https://github.com/mittwald/kubernetes-secret-generator",
    },
    Operator {
        group: "secrets-store.csi.x-k8s.io",
        kinds: &["SecretProviderClass"],
        makes: &[each("spec.secretObjects[]", "{secretName}", "")],
        source: "https://secrets-store-csi-driver.sigs.k8s.io/topics/sync-as-kubernetes-secret",
    },
    Operator {
        group: "secrets.doppler.com",
        kinds: &["DopplerSecret"],
        makes: &[each("spec.managedSecret", "{name}", "namespace")],
        source: "https://docs.doppler.com/docs/kubernetes-operator",
    },
    Operator {
        group: "secrets.infisical.com",
        kinds: &["InfisicalDynamicSecret", "InfisicalSecret"],
        makes: &[
            each("spec.managedSecretReference", "{secretName}", "secretNamespace"),
            each("spec.managedKubeSecretReferences[]", "{secretName}", "secretNamespace"),
        ],
        source: "https://infisical.com/docs/integrations/platforms/kubernetes",
    },
    Operator {
        group: "secrets.infisical.com",
        kinds: &["InfisicalStaticSecret"],
        makes: &[each("spec.targets[]", "{name}", "namespace")],
        source: "https://infisical.com/docs/integrations/platforms/kubernetes",
    },
    Operator {
        group: "talos.dev",
        kinds: &["ServiceAccount"],
        makes: &[made("{metadata.name}", &["config"])],
        source: "https://www.talos.dev/latest/advanced/talos-api-access-from-k8s/",
    },
];

/// In whatever kind they stand, these mean a Secret that a controller writes: Crossplane's connection details.
/// <https://docs.crossplane.io/latest/managed-resources/managed-resources/>
pub static ANYWHERE: &[Made] = &[
    each("spec.writeConnectionSecretToRef", "{name}", "namespace"),
    each("spec.publishConnectionDetailsTo", "{name}", ""),
];

/// Annotations by which a controller copies a Secret into other namespaces; the first bytes of their names.
pub const COPIED_BY: [&str; 4] = [
    "reflector.v1.k8s.emberstack.com/reflection",
    "replicator.v1.mittwald.de/replicat",
    "kubed.appscode.com/sync",
    "config.syncer/sync",
];

pub fn made_by(group: &str, kind: &str) -> impl Iterator<Item = &'static Made> {
    let is_meant = move |operator: &&Operator| operator.group == group && operator.kinds.contains(&kind);
    OPERATORS.iter().filter(is_meant).flat_map(|operator| operator.makes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_names_its_source_and_stands_once() {
        let mut seen = std::collections::BTreeSet::new();
        for operator in OPERATORS {
            assert!(operator.source.starts_with("https://"), "{}", operator.group);
            for kind in operator.kinds {
                assert!(seen.insert((operator.group, *kind)), "{} {kind}", operator.group);
            }
        }
    }

    #[test]
    fn every_blank_of_a_name_is_closed() {
        for made in OPERATORS.iter().flat_map(|operator| operator.makes).chain(ANYWHERE) {
            assert_eq!(made.name.matches('{').count(), made.name.matches('}').count(), "{}", made.name);
        }
    }
}
