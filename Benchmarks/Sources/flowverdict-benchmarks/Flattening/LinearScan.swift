import LookupTable
import NetworkTypes

/// The classifier that people write first: all five-tuple rules of a direction in one list, the first match decides.
///
/// A fast one of its kind: 24 bytes a rule, no classes, no allocation.
struct LinearScan {
  private struct Rule {
    var localBits: UInt32
    var localMask: UInt32
    var remoteBits: UInt32
    var remoteMask: UInt32
    var ports: PortRange
    /// 0: any.
    var ipProtocol: UInt8
    var allows: Bool
  }

  private let ingress: [Rule]
  private let egress: [Rule]

  init(_ policies: FlattenedPolicies) {
    ingress = Self.rules(policies.ingress)
    egress = Self.rules(policies.egress)
  }

  var ruleCount: Int { ingress.count + egress.count }

  func lookUp(_ flow: IPv4FlowKey) -> TableDecision {
    let isEgressAllowed = Self.scan(egress.span, flow, local: flow.source, remote: flow.destination)
    let isIngressAllowed = Self.scan(
      ingress.span, flow, local: flow.destination, remote: flow.source)
    return TableDecision(rawValue: (isEgressAllowed ? 1 : 0) | (isIngressAllowed ? 2 : 0))
  }

  private static func scan(
    _ rules: Span<Rule>, _ flow: IPv4FlowKey, local: UInt32, remote: UInt32
  ) -> Bool {
    for index in rules.indices {
      let rule = rules[index]
      if local & rule.localMask == rule.localBits, remote & rule.remoteMask == rule.remoteBits,
        rule.ports.contains(flow.destinationPort),
        rule.ipProtocol == 0 || rule.ipProtocol == flow.ipProtocol
      {
        return rule.allows
      }
    }
    return true
  }

  private static func rules(_ side: FlattenedPolicies.Side) -> [Rule] {
    var allows: [Rule] = []
    var denies: [Rule] = []
    for (row, prefixes) in zip(side.rows, side.podPrefixes) {
      for local in prefixes {
        for term in row {
          for remote in side.sets[term.set] {
            allows.append(
              Rule(
                localBits: local.address, localMask: mask(local.length),
                remoteBits: remote.address, remoteMask: mask(remote.length), ports: term.ports,
                ipProtocol: term.ipProtocol?.rawValue ?? 0, allows: true))
          }
        }
        denies.append(
          Rule(
            localBits: local.address, localMask: mask(local.length), remoteBits: 0, remoteMask: 0,
            ports: PortRange(0, through: .max), ipProtocol: 0, allows: false))
      }
    }
    return allows + denies
  }

  private static func mask(_ length: Int) -> UInt32 {
    length == 0 ? 0 : .max << UInt32(32 - length)
  }
}
