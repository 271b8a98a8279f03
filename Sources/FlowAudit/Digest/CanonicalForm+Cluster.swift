import ClusterModel
import NetworkTypes

extension CanonicalForm {
  mutating func add(_ namespace: Namespace) {
    add(namespace.name)
    add(namespace.labels)
  }

  mutating func add(_ node: Node) {
    add(node.name)
    add(node.labels)
    addList(node.addresses) { $0.add($1) }
  }

  mutating func add(_ pod: Pod) {
    add(pod.namespace)
    add(pod.name)
    add(pod.labels)
    addOptional(pod.nodeName) { $0.add($1) }
    addList(pod.addresses) { $0.add($1) }
    addList(pod.hostAddresses) { $0.add($1) }
    add(pod.isHostNetwork)
    add(pod.phase.rawValue)
    addList(pod.ports) { form, port in
      form.addOptional(port.name) { $0.add($1) }
      form.add(Int(port.number))
      form.add(Int(port.ipProtocol.rawValue))
    }
    addOptional(pod.startTime) { $0.add(Int($1.nanoseconds)) }
    addOptional(pod.deletionTime) { $0.add(Int($1.nanoseconds)) }
  }

  mutating func add(_ service: Service) {
    add(service.namespace)
    add(service.name)
    add(service.kind.rawValue)
    addList(service.clusterAddresses) { $0.add($1) }
    addList(service.externalAddresses) { $0.add($1) }
    addList(service.ports) { form, port in
      form.addOptional(port.name) { $0.add($1) }
      form.add(Int(port.ipProtocol.rawValue))
      form.add(Int(port.number))
      form.addOptional(port.target) { form, target in
        switch target {
        case .number(let number): form.add(Int(number))
        case .name(let name): form.add(name)
        }
      }
      form.addOptional(port.nodePort) { $0.add(Int($1)) }
    }
    addOptional(service.selector) { $0.add(Labels($1)) }
    add(service.publishesNotReadyAddresses)
  }

  mutating func add(_ slice: EndpointSlice) {
    add(slice.namespace)
    add(slice.name)
    add(slice.serviceName)
    addList(slice.ports) { form, port in
      form.addOptional(port.name) { $0.add($1) }
      form.add(Int(port.ipProtocol.rawValue))
      form.addOptional(port.number) { $0.add(Int($1)) }
    }
    addList(slice.endpoints) { form, endpoint in
      form.addList(endpoint.addresses) { $0.add($1) }
      form.add(endpoint.isReady)
    }
  }
}
