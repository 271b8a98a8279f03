import ClusterModel
import NetworkTypes

/// One peer and one port of a NetworkPolicy's rule, by numbers.
struct RuleSketch: Sendable {
  enum Subject: Sendable {
    case app(Int)
    case namespace(Int)
  }

  enum Peer: Sendable {
    case app(Int)
    case namespace(Int)
    /// `ipv6` is `nil` where the cluster is not dual-stack.
    case block(ipv4: IPPrefix, ipv6: IPPrefix?)
    case any
  }

  enum Ports: Sendable {
    case every
    case range(IPProtocol, PortRange)
    case named(String)
  }

  var direction: Direction
  var subject: Subject
  var peer: Peer
  var ports: Ports
}
