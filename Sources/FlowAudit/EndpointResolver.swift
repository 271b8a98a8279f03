import ClusterModel
import FlowTracking
import NetworkTypes

/// Finds the endpoints behind a Service's port: what the EndpointSlice controller and kube-proxy do.
struct EndpointResolver {
  private var podsByNamespace: [String: [Pod]] = [:]

  init(pods: [Pod]) {
    podsByNamespace = Dictionary(grouping: pods.filter { !$0.isFinished }, by: \.namespace)
  }

  /// Endpoints of one family in ascending order, without repetition.
  func backends(
    of port: Service.Port, service: Service, slices: [EndpointSlice]?, family: AddressFamily
  ) -> [ServiceTranslation.Backend] {
    let found =
      if let slices {
        backends(of: port, service: service, slices: slices)
      } else {
        backends(of: port, service: service)
      }
    var seen: Set<ServiceTranslation.Backend> = []
    return
      found
      .filter { $0.address.family == family && seen.insert($0).inserted }
      .sorted { ($0.address, $0.port) < ($1.address, $1.port) }
  }

  /// Slices name their ports as the Service does; both leave out the name of a single port.
  private func backends(
    of port: Service.Port, service: Service, slices: [EndpointSlice]
  ) -> [ServiceTranslation.Backend] {
    var result: [ServiceTranslation.Backend] = []
    for slice in slices {
      for slicePort in slice.ports
      where (slicePort.name ?? "") == (port.name ?? "") && slicePort.ipProtocol == port.ipProtocol {
        let number = slicePort.number ?? Self.number(of: port.target) ?? port.number
        for endpoint in slice.endpoints
        where endpoint.isReady || service.publishesNotReadyAddresses {
          for address in endpoint.addresses {
            result.append(.init(address: address, port: number))
          }
        }
      }
    }
    return result
  }

  private static func number(of target: Service.Target?) -> UInt16? {
    if case .number(let number) = target { number } else { nil }
  }

  /// By selector: pods that run (or, where the Service publishes such addresses, that are on their way), with a named
  /// target port looked up in each pod.
  private func backends(
    of port: Service.Port, service: Service
  ) -> [ServiceTranslation.Backend] {
    guard let selector = service.selector, !selector.isEmpty else { return [] }
    var result: [ServiceTranslation.Backend] = []
    for pod in podsByNamespace[service.namespace] ?? [] {
      guard pod.phase == .running || service.publishesNotReadyAddresses,
        selector.allSatisfy({ pod.labels[$0.key] == $0.value }),
        let number = targetNumber(of: port, on: pod)
      else { continue }
      for address in pod.addresses { result.append(.init(address: address, port: number)) }
    }
    return result
  }

  private func targetNumber(of port: Service.Port, on pod: Pod) -> UInt16? {
    switch port.target {
    case nil: port.number
    case .number(let number): number
    case .name(let name):
      pod.ports.first { $0.name == name && $0.ipProtocol == port.ipProtocol }?.number
    }
  }
}
