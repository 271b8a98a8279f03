import ClusterModel
import NetworkTypes

extension LabelSelector: Archivable {
  func write(to archive: inout ArchiveWriter) { archive.write(requirements) }
  init(from archive: inout ArchiveReader) throws(ArchiveError) { self.init(try archive.list()) }
}

extension LabelSelector.Requirement: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(key)
    archive.write(`operator`.rawValue)
    archive.write(values)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      key: try archive.string(), operator: try archive.word(), values: try archive.list())
  }
}

extension PortMatch: Archivable {
  func write(to archive: inout ArchiveWriter) {
    switch match {
    case .every(let ipProtocol):
      archive.write(UInt64(0))
      archive.write(ipProtocol)
    case .range(let ipProtocol, let range):
      archive.write(UInt64(1))
      archive.write(ipProtocol)
      archive.write(range)
    case .named(let name, let ipProtocol):
      archive.write(UInt64(2))
      archive.write(name)
      archive.write(ipProtocol)
    case .nothing: archive.write(UInt64(3))
    case .unknown: archive.write(UInt64(4))
    }
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    let match: Match =
      switch try archive.number() {
      case 0: .every(try archive.value())
      case 1: .range(try archive.value(), try archive.value())
      case 2: .named(try archive.string(), try archive.optional())
      case 3: .nothing
      case 4: .unknown
      default: throw archive.failure("an unknown kind of port")
      }
    self.init(match, location: try archive.optional())
  }
}

/// A list that may be absent, which is not the same as empty.
private func write<Value: Archivable>(_ list: [Value]?, to archive: inout ArchiveWriter) {
  archive.write(list != nil)
  if let list { archive.write(list) }
}

private func optionalList<Value: Archivable>(
  _ archive: inout ArchiveReader
) throws(ArchiveError) -> [Value]? {
  try archive.flag() ? try archive.list() : nil
}

// MARK: - NetworkPolicy

extension NetworkPolicy: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(namespace)
    archive.write(name)
    archive.write(podSelector)
    archive.write(isolatesIngress)
    archive.write(isolatesEgress)
    archive.write(ingress)
    archive.write(egress)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      namespace: try archive.string(), name: try archive.string(),
      podSelector: try archive.optional(), isolatesIngress: try archive.flag(),
      isolatesEgress: try archive.flag(), ingress: try archive.list(),
      egress: try archive.list(), location: try archive.optional())
  }
}

extension NetworkPolicy.Rule: Archivable {
  func write(to archive: inout ArchiveWriter) {
    PolicyCompilation.write(peers, to: &archive)
    PolicyCompilation.write(ports, to: &archive)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      peers: try optionalList(&archive), ports: try optionalList(&archive),
      location: try archive.optional())
  }
}

extension NetworkPolicy.Peer: Archivable {
  func write(to archive: inout ArchiveWriter) {
    switch match {
    case .selectors(let namespaces, let pods):
      archive.write(UInt64(0))
      archive.write(namespaces)
      archive.write(pods)
    case .ipBlock(let prefix, let except):
      archive.write(UInt64(1))
      archive.write(prefix)
      archive.write(except)
    case .nothing: archive.write(UInt64(2))
    }
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    let match: Match =
      switch try archive.number() {
      case 0: .selectors(namespaces: try archive.optional(), pods: try archive.optional())
      case 1: .ipBlock(try archive.value(), except: try archive.list())
      case 2: .nothing
      default: throw archive.failure("an unknown kind of peer")
      }
    self.init(match, location: try archive.optional())
  }
}

// MARK: - Cluster policies

extension ClusterPolicy: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(kind.rawValue)
    archive.write(name)
    archive.write(tier.rawValue)
    archive.write(priority)
    archive.write(subject)
    archive.write(ingress)
    archive.write(egress)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      kind: try archive.word(), name: try archive.string(), tier: try archive.word(),
      priority: try archive.integer(), subject: try archive.value(), ingress: try archive.list(),
      egress: try archive.list(), location: try archive.optional())
  }
}

extension ClusterPolicy.Subject: Archivable {
  func write(to archive: inout ArchiveWriter) {
    switch self {
    case .namespaces(let selector):
      archive.write(UInt64(0))
      archive.write(selector)
    case .pods(let namespaces, let pods):
      archive.write(UInt64(1))
      archive.write(namespaces)
      archive.write(pods)
    case .nothing: archive.write(UInt64(2))
    }
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self =
      switch try archive.number() {
      case 0: .namespaces(try archive.value())
      case 1: .pods(namespaces: try archive.value(), pods: try archive.value())
      case 2: .nothing
      default: throw archive.failure("an unknown kind of subject")
      }
  }
}

extension ClusterPolicy.Rule: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(name)
    archive.write(action.rawValue)
    archive.write(peers)
    PolicyCompilation.write(ports, to: &archive)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      name: try archive.string(), action: try archive.word(), peers: try archive.list(),
      ports: try optionalList(&archive), location: try archive.optional())
  }
}

extension ClusterPolicy.Peer: Archivable {
  func write(to archive: inout ArchiveWriter) {
    switch match {
    case .namespaces(let namespaces):
      archive.write(UInt64(0))
      archive.write(namespaces)
    case .pods(let namespaces, let pods):
      archive.write(UInt64(1))
      archive.write(namespaces)
      archive.write(pods)
    case .nodes(let selector):
      archive.write(UInt64(2))
      archive.write(selector)
    case .networks(let prefixes):
      archive.write(UInt64(3))
      archive.write(prefixes)
    case .domainNames(let names):
      archive.write(UInt64(4))
      archive.write(names)
    case .unknown: archive.write(UInt64(5))
    case .nothing: archive.write(UInt64(6))
    }
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    let match: Match =
      switch try archive.number() {
      case 0: .namespaces(try archive.value())
      case 1: .pods(namespaces: try archive.value(), pods: try archive.value())
      case 2: .nodes(try archive.value())
      case 3: .networks(try archive.list())
      case 4: .domainNames(try archive.list())
      case 5: .unknown
      case 6: .nothing
      default: throw archive.failure("an unknown kind of peer")
      }
    self.init(match, location: try archive.optional())
  }
}

extension ClusterPolicy.NamespaceMatch: Archivable {
  func write(to archive: inout ArchiveWriter) {
    switch self {
    case .selector(let selector):
      archive.write(UInt64(0))
      archive.write(selector)
    case .sameLabels(let keys):
      archive.write(UInt64(1))
      archive.write(keys)
    case .notSameLabels(let keys):
      archive.write(UInt64(2))
      archive.write(keys)
    }
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self =
      switch try archive.number() {
      case 0: .selector(try archive.value())
      case 1: .sameLabels(try archive.list())
      case 2: .notSameLabels(try archive.list())
      default: throw archive.failure("an unknown way to pick namespaces")
      }
  }
}

extension PolicySet: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(networkPolicies)
    archive.write(clusterPolicies)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(networkPolicies: try archive.list(), clusterPolicies: try archive.list())
  }
}

extension Profile: Archivable {
  func write(to archive: inout ArchiveWriter) {
    for flag in Self.flags { archive.write(self[keyPath: flag.keyPath]) }
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init()
    for flag in Self.flags { self[keyPath: flag.keyPath] = try archive.flag() }
  }
}
