import ClusterModel
import NetworkTypes

extension CanonicalForm {
  mutating func add(_ selector: LabelSelector) {
    addList(selector.requirements) { form, requirement in
      form.add(requirement.key)
      form.add(requirement.operator.rawValue)
      form.addList(requirement.values) { $0.add($1) }
    }
  }

  mutating func add(_ port: PortMatch) {
    switch port.match {
    case .every(let ipProtocol):
      add("every")
      add(Int(ipProtocol.rawValue))
    case .range(let ipProtocol, let range):
      add("range")
      add(Int(ipProtocol.rawValue))
      add(Int(range.first))
      add(Int(range.last))
    case .named(let name, let ipProtocol):
      add("named")
      add(name)
      addOptional(ipProtocol) { $0.add(Int($1.rawValue)) }
    case .nothing: add("nothing")
    case .unknown: add("unknown")
    }
  }

  mutating func add(_ policy: NetworkPolicy) {
    add(policy.namespace)
    add(policy.name)
    addOptional(policy.podSelector) { $0.add($1) }
    add(policy.isolatesIngress)
    add(policy.isolatesEgress)
    for rules in [policy.ingress, policy.egress] {
      addList(rules) { form, rule in
        form.addOptional(rule.peers) { $0.addList($1) { $0.add($1) } }
        form.addOptional(rule.ports) { $0.addList($1) { $0.add($1) } }
      }
    }
  }

  mutating func add(_ peer: NetworkPolicy.Peer) {
    switch peer.match {
    case .selectors(let namespaces, let pods):
      add("selectors")
      addOptional(namespaces) { $0.add($1) }
      addOptional(pods) { $0.add($1) }
    case .ipBlock(let prefix, let except):
      add("ipBlock")
      add(prefix)
      addList(except) { $0.add($1) }
    case .nothing: add("nothing")
    }
  }

  mutating func add(_ policy: ClusterPolicy) {
    add(policy.kind.rawValue)
    add(policy.name)
    add(policy.tier.rawValue)
    add(policy.priority)
    switch policy.subject {
    case .namespaces(let selector):
      add("namespaces")
      add(selector)
    case .pods(let namespaces, let pods):
      add("pods")
      add(namespaces)
      add(pods)
    case .nothing: add("nothing")
    }
    for rules in [policy.ingress, policy.egress] {
      addList(rules) { form, rule in
        form.add(rule.name)
        form.add(rule.action.rawValue)
        form.addList(rule.peers) { $0.add($1) }
        form.addOptional(rule.ports) { $0.addList($1) { $0.add($1) } }
      }
    }
  }

  mutating func add(_ peer: ClusterPolicy.Peer) {
    switch peer.match {
    case .namespaces(let namespaces):
      add("namespaces")
      add(namespaces)
    case .pods(let namespaces, let pods):
      add("pods")
      add(namespaces)
      add(pods)
    case .nodes(let selector):
      add("nodes")
      add(selector)
    case .networks(let networks):
      add("networks")
      addList(networks) { $0.add($1) }
    case .domainNames(let names):
      add("domainNames")
      addList(names) { $0.add($1) }
    case .unknown: add("unknown")
    case .nothing: add("nothing")
    }
  }

  mutating func add(_ namespaces: ClusterPolicy.NamespaceMatch) {
    switch namespaces {
    case .selector(let selector):
      add("selector")
      add(selector)
    case .sameLabels(let keys):
      add("sameLabels")
      addList(keys) { $0.add($1) }
    case .notSameLabels(let keys):
      add("notSameLabels")
      addList(keys) { $0.add($1) }
    }
  }
}
