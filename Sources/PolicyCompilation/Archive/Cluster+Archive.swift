import ClusterModel
import NetworkTypes

extension SourceLocation: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(file)
    archive.write(line)
    archive.write(column)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      file: try archive.string(), line: try archive.integer(), column: try archive.integer())
  }
}

extension Labels: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(UInt64(count))
    for position in indices {
      archive.write(self[position].key)
      archive.write(self[position].value)
    }
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    var pairs: [String: String] = [:]
    for _ in 0..<(try archive.count()) {
      let key = try archive.string()
      pairs[key] = try archive.string()
    }
    self.init(pairs)
  }
}

extension Namespace: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(name)
    archive.write(labels)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      name: try archive.string(), labels: try archive.value(), location: try archive.optional())
  }
}

extension Node: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(name)
    archive.write(labels)
    archive.write(addresses)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      name: try archive.string(), labels: try archive.value(), addresses: try archive.list(),
      location: try archive.optional())
  }
}

extension Pod: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(namespace)
    archive.write(name)
    archive.write(labels)
    archive.write(nodeName)
    archive.write(addresses)
    archive.write(hostAddresses)
    archive.write(isHostNetwork)
    archive.write(phase.rawValue)
    archive.write(ports)
    archive.write(owner)
    archive.write(startTime)
    archive.write(deletionTime)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      namespace: try archive.string(), name: try archive.string(), labels: try archive.value(),
      nodeName: try archive.optional(), addresses: try archive.list(),
      hostAddresses: try archive.list(), isHostNetwork: try archive.flag(),
      phase: try archive.word(), ports: try archive.list(), owner: try archive.optional(),
      startTime: try archive.optional(), deletionTime: try archive.optional(),
      location: try archive.optional())
  }
}

extension Pod.ContainerPort: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(name)
    archive.write(UInt64(number))
    archive.write(ipProtocol)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      name: try archive.optional(), number: try archive.number(as: UInt16.self),
      ipProtocol: try archive.value())
  }
}

extension Pod.Owner: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(kind)
    archive.write(name)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(kind: try archive.string(), name: try archive.string())
  }
}

extension Service: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(namespace)
    archive.write(name)
    archive.write(kind.rawValue)
    archive.write(clusterAddresses)
    archive.write(externalAddresses)
    archive.write(ports)
    archive.write(selector.map { Labels($0) })
    archive.write(publishesNotReadyAddresses)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      namespace: try archive.string(), name: try archive.string(), kind: try archive.word(),
      clusterAddresses: try archive.list(), externalAddresses: try archive.list(),
      ports: try archive.list(),
      selector: try archive.optional(Labels.self).map { labels in
        Dictionary(uniqueKeysWithValues: labels.map { ($0.key, $0.value) })
      },
      publishesNotReadyAddresses: try archive.flag(), location: try archive.optional())
  }
}

extension Service.Port: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(name)
    archive.write(ipProtocol)
    archive.write(UInt64(number))
    archive.write(target)
    archive.write(nodePort.map { PortRange($0) })
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      name: try archive.optional(), ipProtocol: try archive.value(),
      number: try archive.number(as: UInt16.self), target: try archive.optional(),
      nodePort: try archive.optional(PortRange.self)?.first)
  }
}

extension Service.Target: Archivable {
  func write(to archive: inout ArchiveWriter) {
    switch self {
    case .number(let number):
      archive.write(false)
      archive.write(UInt64(number))
    case .name(let name):
      archive.write(true)
      archive.write(name)
    }
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self =
      try archive.flag()
      ? .name(try archive.string()) : .number(try archive.number(as: UInt16.self))
  }
}

extension EndpointSlice: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(namespace)
    archive.write(name)
    archive.write(serviceName)
    archive.write(ports)
    archive.write(endpoints)
    archive.write(location)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      namespace: try archive.string(), name: try archive.string(),
      serviceName: try archive.string(), ports: try archive.list(),
      endpoints: try archive.list(), location: try archive.optional())
  }
}

extension EndpointSlice.Port: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(name)
    archive.write(ipProtocol)
    archive.write(number.map { PortRange($0) })
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      name: try archive.optional(), ipProtocol: try archive.value(),
      number: try archive.optional(PortRange.self)?.first)
  }
}

extension EndpointSlice.Endpoint: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(addresses)
    archive.write(isReady)
    archive.write(nodeName)
    archive.write(podName)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      addresses: try archive.list(), isReady: try archive.flag(),
      nodeName: try archive.optional(), podName: try archive.optional())
  }
}

extension ClusterSnapshot: Archivable {
  func write(to archive: inout ArchiveWriter) {
    archive.write(namespaces)
    archive.write(nodes)
    archive.write(pods)
    archive.write(services)
    archive.write(endpointSlices)
  }

  init(from archive: inout ArchiveReader) throws(ArchiveError) {
    self.init(
      namespaces: try archive.list(), nodes: try archive.list(), pods: try archive.list(),
      services: try archive.list(), endpointSlices: try archive.list())
  }
}
