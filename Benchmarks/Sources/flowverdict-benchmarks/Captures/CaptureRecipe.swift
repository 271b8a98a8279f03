import ArgumentParser
import ClusterModel
import NetworkTypes
import SyntheticCluster

/// A capture that can be made again anywhere, and the cluster whose pods talk in it.
enum CaptureRecipe: String, CaseIterable, ExpressibleByArgument {
  /// 10,000,000 frames of 60 bytes, 100,000 IPv4 flows: what matters is the cost of a packet.
  case small
  /// 2,000,000 frames, 20,000 flows, one in ten IPv6: 35 % of 66 bytes, 10 % of 100 to 600, 55 % of 1514.
  case mixed

  var frameCount: Int { self == .small ? 10_000_000 : 2_000_000 }
  var flowCount: Int { self == .small ? 100_000 : 20_000 }
  var ipv6Percent: Int { self == .small ? 0 : 10 }
  /// Time between two frames.
  var microsecondsPerFrame: Int { self == .small ? 1 : 10 }

  /// The cluster: 10,000 pods and 1,000 policies, or half of both.
  func makeCluster() -> MadeUpCluster {
    MadeUpCluster(
      self == .small
        ? ClusterShape(pods: 10_000, policies: 1000) : ClusterShape(pods: 5000, policies: 500))
  }

  /// What talks to what.
  func makeFlows() -> [Connection] {
    let cluster = makeCluster()
    let ipv6Count = flowCount * ipv6Percent / 100
    return cluster.makeFlows(flowCount - ipv6Count)
      + (ipv6Count > 0 ? cluster.makeFlows(ipv6Count, family: .ipv6) : [])
  }
}
