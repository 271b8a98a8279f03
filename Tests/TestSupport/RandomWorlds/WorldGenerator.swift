import ClusterModel
import NetworkTypes

/// Makes random worlds that are small, crowded and full of edge cases: few labels and values, so that selectors collide;
/// few addresses, so that blocks cut the pods' range; names, ports and priorities that meet.
public struct WorldGenerator {
  var random: SeededGenerator
  let seed: UInt64

  /// Addresses that the world's parts mention, for probes and for blocks around them.
  var addressesOfInterest: [IPAddress] = []
  /// Blocks that policies name; probes go to their ends.
  var prefixes: [IPPrefix] = []
  var portsOfInterest: [UInt16] = [0, 1, 79, 80, 81, 443, 8080, 65535]
  var nodes: [Node] = []

  public init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
  }

  /// The world of a seed with `connectionCount` connections.
  public static func world(seed: UInt64, connectionCount: Int) -> World {
    var generator = WorldGenerator(seed: seed)
    return generator.makeWorld(connectionCount: connectionCount)
  }

  private mutating func makeWorld(connectionCount: Int) -> World {
    let snapshot = makeSnapshot()
    let policies = makePolicies()
    let profile = makeProfile()
    return World(
      seed: seed, snapshot: snapshot, policies: policies, profile: profile,
      domainNames: makeDomainNames(), connections: makeConnections(connectionCount, snapshot))
  }

  private mutating func makeProfile() -> Profile {
    if random.chance(50) { return random.pick(Profile.presets).profile }
    var profile = Profile.upstream
    for flag in Profile.flags where random.chance(35) { profile[keyPath: flag.keyPath].toggle() }
    return profile
  }

  static let domainNamePatterns = ["example.com", "*.example.com", "*.shop.svc.cluster.local"]

  /// Names that the patterns mean, and one that they do not, with addresses that matter (A14).
  private mutating func makeDomainNames() -> [String: [IPAddress]] {
    var names: [String: [IPAddress]] = [:]
    for name in [
      "example.com", "www.example.com", "a.b.example.com", "web.shop.svc.cluster.local",
      "example.org",
    ] where random.chance(30) {
      names[name] = (0...random.number(in: 0...3)).map { _ in random.pick(addressesOfInterest) }
    }
    return names
  }

  // MARK: - Labels

  static let namespaceNames = ["dev", "ops", "shop", "web"]
  static let labelKeys = ["app", "env", "tier"]
  static let labelValues = ["a", "b", "c"]

  mutating func makeLabels() -> Labels {
    var labels: [String: String] = [:]
    for key in Self.labelKeys where random.chance(60) {
      labels[key] = random.pick(Self.labelValues)
    }
    return Labels(labels)
  }

  /// Requirements on labels that some objects have, that all lack, and values that none has.
  mutating func makeSelector(mayNameNamespaces: Bool = false) -> LabelSelector {
    if random.chance(35) { return .everything }
    if mayNameNamespaces, random.chance(30) {
      return LabelSelector(
        matchLabels: [Namespace.nameLabel: random.pick(Self.namespaceNames)])
    }
    return LabelSelector(
      random.several(random.chance(70) ? 1...1 : 2...3) { random in
        let key = random.chance(8) ? "absent" : random.pick(Self.labelKeys)
        let values = random.several(1...2) { $0.pick(Self.labelValues + ["none"]) }
        return switch random.number(in: 0...9) {
        case 0...4: .init(key: key, operator: .in, values: values)
        case 5, 6: .init(key: key, operator: .notIn, values: values)
        case 7, 8: .init(key: key, operator: .exists)
        default: .init(key: key, operator: .doesNotExist)
        }
      })
  }

  // MARK: - Blocks

  mutating func makePrefix() -> IPPrefix {
    let address = random.pick(addressesOfInterest)
    let width = address.family.bitCount
    let length =
      random.chance(10)
      ? 0 : random.chance(40) ? width - random.number(in: 0...6) : random.number(in: 1...width)
    let prefix = IPPrefix(address, length: length)
    prefixes.append(prefix)
    return prefix
  }

  /// A block strictly inside (N18), often around an address that matters.
  mutating func makeExcept(inside prefix: IPPrefix) -> IPPrefix? {
    let width = prefix.family.bitCount
    guard prefix.length < width else { return nil }
    let inside = addressesOfInterest.filter(prefix.contains)
    let address = inside.isEmpty || random.chance(10) ? prefix.lastAddress : random.pick(inside)
    let except = IPPrefix(address, length: random.number(in: prefix.length + 1...width))
    prefixes.append(except)
    return except
  }
}
