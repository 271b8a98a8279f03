/// Small manifests of every kind that is read.
enum SeedManifests {
  static let cluster = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop, labels: {team: a, kubernetes.io/metadata.name: shop}}
    ---
    apiVersion: v1
    kind: Node
    metadata: {name: node-1, labels: {zone: "1"}}
    status:
      addresses:
      - {type: InternalIP, address: 192.0.2.1}
      - {type: InternalIP, address: "2001:db8::1"}
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web-1
      namespace: shop
      labels: {app: web, tier: front}
    spec:
      nodeName: node-1
      containers:
      - name: web
        ports:
        - {name: http, containerPort: 8080}
        - {containerPort: 53, protocol: UDP}
    status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}], startTime: "2026-01-02T03:04:05Z"}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: db-1, namespace: shop, labels: {app: db}}
    spec: {nodeName: node-1}
    status: {phase: Running, podIP: 10.0.0.2, hostIP: 192.0.2.1}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]}
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: {name: web-x, namespace: shop, labels: {kubernetes.io/service-name: web}}
    addressType: IPv4
    endpoints:
    - {addresses: [10.0.0.1], conditions: {ready: true}, nodeName: node-1, targetRef: {kind: Pod, name: web-1, namespace: shop}}
    ports: [{name: http, port: 8080, protocol: TCP}]

    """

  static let policies = """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: db, namespace: shop}
    spec:
      podSelector: {matchLabels: {app: db}}
      policyTypes: [Ingress, Egress]
      ingress:
      - from:
        - podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}
          namespaceSelector: {}
        - ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.7/32]}
        ports: [{port: 3306}, {port: 8000, endPort: 8010, protocol: UDP}, {port: http}]
      egress: [{}]
    ---
    apiVersion: policy.networking.k8s.io/v1alpha1
    kind: AdminNetworkPolicy
    metadata: {name: tenants}
    spec:
      priority: 10
      subject: {namespaces: {matchLabels: {team: a}}}
      ingress:
      - name: nodes
        action: Deny
        from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}]
        ports: [{portNumber: {protocol: TCP, port: 22}}, {portRange: {start: 1000, end: 2000}}]
      egress:
      - action: Pass
        to: [{networks: [203.0.113.0/24, "2001:db8:1::/48"]}, {nodes: {matchExpressions: [{key: zone, operator: Exists}]}}]
      - action: Allow
        to: [{domainNames: ["*.example.com"]}]
    ---
    apiVersion: policy.networking.k8s.io/v1alpha1
    kind: BaselineAdminNetworkPolicy
    metadata: {name: default}
    spec: {subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
    ---
    apiVersion: policy.networking.k8s.io/v1alpha2
    kind: ClusterNetworkPolicy
    metadata: {name: baseline}
    spec: {tier: Baseline, priority: 3, subject: {pods: {namespaceSelector: {}, podSelector: {}}}, egress: [{action: Accept, to: [{networks: [0.0.0.0/0]}], protocols: [{tcp: {destinationPort: {number: 443}}}]}]}

    """

  /// YAML that is not plain: anchors, merge keys, block scalars, tags, directives, mistakes.
  static let unusual = [
    "apiVersion: v1\nkind: List\nitems:\n- &p\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: a, labels: &l {x: \"1\"}}\n- <<: *p\n  metadata: {name: b, labels: *l}\n",
    "%YAML 1.1\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  text: |+\n    a\n     b\n\n  folded: >-\n    c\n    d\n...\n---\n!!map {kind: Service, apiVersion: v1, metadata: {name: 'it''s', namespace: \"a\\u0062\\x63\"}}\n",
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n  podSelector: {}\n\tingress: []\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: x\n",
    "apiVersion: v1\nkind: Pod\nmetadata:\n    name: y\n    labels:\n    app: z\n  namespace: q\nspec:\n  hostNetwork: yes\n  containers:\n  - ports:\n    - containerPort: 1_000\n",
  ]

  static let json = [
    #"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","labels":{"team":"a"}}},{"apiVersion":"v1","kind":"Node","metadata":{"name":"node-1"},"status":{"addresses":[{"type":"InternalIP","address":"192.0.2.1"}]}}]}"#,
    #"{"apiVersion":"v1","items":[{"metadata":{"name":"a\u0031","namespace":"shop","labels":{"b":"c"}},"spec":{"nodeName":"n","containers":[{"ports":[{"containerPort":80,"name":"http","protocol":"TCP"}]}]},"status":{"phase":"Running","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}],"x":[1,-2.5e3,{"y":null}],"startTime":"2026-01-02T03:04:05Z"}}],"kind":"PodList"}"#,
    #"{"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"shop"},"spec":{"clusterIP":"10.96.0.1","clusterIPs":["10.96.0.1"],"selector":{"app":"web"},"ports":[{"port":80,"targetPort":"http","nodePort":30080}],"type":"NodePort"}}"#,
    #"{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{"name":"w","namespace":"shop","labels":{"kubernetes.io/service-name":"web"}},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true}}],"ports":[{"name":"http","port":8080}]}"#,
    #"{"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{"name":"p","namespace":"shop"},"spec":{"podSelector":{"matchLabels":{"a":"b"}},"policyTypes":["Ingress","Egress"],"ingress":[{"from":[{"namespaceSelector":{"matchExpressions":[{"key":"k","operator":"NotIn","values":["v"]}]}}],"ports":[{"port":80,"endPort":90,"protocol":"TCP"}]}],"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}]}]}}"#,
    #"{"kind":"AdminNetworkPolicy","apiVersion":"policy.networking.k8s.io/v1alpha1","metadata":{"name":"t"},"spec":{"priority":10,"subject":{"namespaces":{}},"egress":[{"name":"n","action":"Pass","to":[{"networks":["203.0.113.0/24"]},{"domainNames":["*.example.com"]},{"nodes":{}}],"ports":[{"portNumber":{"protocol":"TCP","port":22}},{"namedPort":"http"}]}]}}"#,
    #"{"kind":"ClusterNetworkPolicy","apiVersion":"policy.networking.k8s.io/v1alpha2","metadata":{"name":"b"},"spec":{"tier":"Baseline","priority":3,"subject":{"pods":{"namespaceSelector":{},"podSelector":{}}},"ingress":[{"action":"Accept","from":[{"pods":{"podSelector":{}}}],"protocols":[{"tcp":{"destinationPort":{"number":443}}},{"udp":{}}]}]}}"#,
    "{\"kind\": \"Pod\",\n \"apiVersion\": \"v1\",\n \"metadata\": {\"name\": \"\\ud83d\\ude00\\n\\\"\\\\\\/\", \"name\": true}}\n{}\n---\nkind: Pod\n",
  ]
}
