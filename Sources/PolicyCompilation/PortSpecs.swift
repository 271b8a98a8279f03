import ClusterModel
import NetworkTypes

/// The distinct lists of ports that rules have, before names are looked up.
///
/// Each item is two numbers: kind and protocol, then the range or the name. The order of items plays no role for a
/// decision, so lists are sorted.
struct PortSpecs {
  /// A rule of a cluster policy without ports: all ports and protocols (A16, A19).
  static let everything: UInt32 = 0
  /// A NetworkPolicy rule without ports (N28); whether that covers other protocols depends on the profile (N40).
  static let everyNetworkPolicyPort: UInt32 = 1

  enum Kind: UInt32 {
    case range
    case named
    /// Stands alone in the lists of the two ids above.
    case everything
  }

  private(set) var lists = ListInterner()
  private var names: [String: UInt32] = [:]
  /// Whether a list holds a name, by id.
  private(set) var hasNames: [Bool] = []
  private var scratch: [UInt64] = []
  private var scratchList: [UInt32] = []

  static let anyProtocol: UInt32 = 0xffff

  init() {
    _ = lists.intern([Kind.everything.rawValue << 16, 0])
    _ = lists.intern([Kind.everything.rawValue << 16, 1])
    hasNames = [false, false]
  }

  /// The number of a port name, if any rule uses it.
  func number(ofName name: String) -> UInt32? { names[name] }

  var hasAnyName: Bool { !names.isEmpty }

  /// Number of distinct names.
  var nameCount: Int { names.count }

  /// The id of a rule's ports. Items that match nothing add nothing.
  mutating func id(_ ports: [PortMatch]) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    var usesNames = false
    for index in ports.indices {
      switch ports[index].match {
      case .every(let ipProtocol):
        scratch.append(Self.item(.range, UInt32(ipProtocol.rawValue), 0x0000_ffff))
      case .range(let ipProtocol, let range):
        scratch.append(
          Self.item(
            .range, UInt32(ipProtocol.rawValue), UInt32(range.first) << 16 | UInt32(range.last)))
      case .named(let name, let ipProtocol):
        let number = names[name] ?? UInt32(names.count)
        names[name] = number
        usesNames = true
        scratch.append(
          Self.item(.named, ipProtocol.map { UInt32($0.rawValue) } ?? Self.anyProtocol, number))
      case .nothing, .unknown: break
      }
    }
    scratch.sort()
    scratchList.removeAll(keepingCapacity: true)
    for (index, item) in scratch.enumerated() where index == 0 || item != scratch[index - 1] {
      scratchList.append(UInt32(item >> 32))
      scratchList.append(UInt32(truncatingIfNeeded: item))
    }
    let id = lists.intern(scratchList)
    if Int(id) == hasNames.count { hasNames.append(usesNames) }
    return id
  }

  private static func item(_ kind: Kind, _ ipProtocol: UInt32, _ value: UInt32) -> UInt64 {
    UInt64(kind.rawValue << 16 | ipProtocol) << 32 | UInt64(value)
  }
}

/// The named ports of a pod that rules name: sorted triples of name number, protocol and port. Profiles are numbered; 0
/// has no ports.
struct PortNameProfiles {
  private(set) var profiles = ListInterner()

  init() { _ = profiles.intern([]) }

  /// The profile of a pod's container ports (N35, N37).
  mutating func id(_ ports: [Pod.ContainerPort], _ specs: PortSpecs) -> UInt32 {
    guard specs.hasAnyName else { return 0 }
    var triples: [(UInt32, UInt32, UInt32)] = []
    for port in ports {
      guard let name = port.name, let number = specs.number(ofName: name) else { continue }
      triples.append((number, UInt32(port.ipProtocol.rawValue), UInt32(port.number)))
    }
    guard !triples.isEmpty else { return 0 }
    triples.sort { $0 < $1 }
    return profiles.intern(triples.flatMap { [$0.0, $0.1, $0.2] })
  }
}
