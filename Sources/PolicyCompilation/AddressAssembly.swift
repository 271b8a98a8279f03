import ClusterModel
import LookupTable
import NetworkTypes

/// Gives every address its class: regions between the borders of blocks, then nodes, then pods.
struct AddressAssembly {
  var groups: PodGroups
  var rowsIngress: RowSignatures
  var rowsEgress: RowSignatures
  var peerColumns: PeerColumns
  var nodeMatching: NodeMatching
  var regions: AddressRegions

  var classes: [AddressClass] = []
  /// What each class is made of.
  var origins: [ClassOrigin] = []
  var trie = IPv4Trie(filledWith: 0)
  var ipv6 = IPv6Addresses(regions: [])
  /// Nodes of each group that ``OwnerCode/nodeIndex`` names.
  var nodeGroups = ListInterner()
  /// Addresses that several pods list.
  var contested: Set<IPAddress> = []

  /// Distinct regions, and the number of each class's and each IPv6 region's.
  private var regionNumbers: [AddressRegion: UInt32] = [:]
  var regionList: [AddressRegion] = []
  var regionOfIPv6: [UInt32] = []
  private var classOfRegion: [UInt64: UInt32] = [:]
  private var classOfGroup = NumberMap()
  /// The group asked for last: neighbours in a dump are mostly pods of one workload.
  private var lastGroupKey = UInt64.max
  private var lastGroupClass: UInt32 = 0

  init(
    groups: PodGroups, rowsIngress: RowSignatures, rowsEgress: RowSignatures,
    regions: AddressRegions, peerColumns: PeerColumns, nodeMatching: NodeMatching
  ) {
    self.groups = groups
    self.rowsIngress = rowsIngress
    self.rowsEgress = rowsEgress
    self.regions = regions
    self.peerColumns = peerColumns
    self.nodeMatching = nodeMatching
  }

  /// What a class is made of: its addresses are alike in all of this.
  struct ClassOrigin {
    var category: PeerCategory
    /// A group of pods, or of nodes; 0 for external addresses.
    var group: UInt32
    /// Index in ``regionList``.
    var region: UInt32
    /// As ``AddressClass/needsOwner``.
    var needsOwner: Bool
  }

  var maybeAtoms: Set<UInt32> { peerColumns.maybeAtoms }
  var ingressPeers: PeerSignatures { peerColumns.ingress }
  var egressPeers: PeerSignatures { peerColumns.egress }

  /// Enters everything.
  mutating func assemble(_ pods: Span<Pod>, _ nodes: NodeIndex) {
    addRegions()
    var claims: [IPv6Claim] = []
    addNodes(nodes, &claims)
    addPods(pods, &claims)
    addIPv6(&claims, pods)
  }

  // MARK: - Regions

  private mutating func addRegions() {
    let none = AddressRegion(ingress: 0, egress: 0)
    trie = IPv4Trie(filledWith: regionClass(number(of: none), .externalIPv4))
    // Enclosing prefixes come first, so what the trie holds at a prefix is the region around it.
    for border in regions.borders(of: .ipv4) {
      let prefix = regions.prefix(border)
      let outer = trie[UInt32(truncatingIfNeeded: prefix.address.low)]
      let region = regions.region(
        inside: border, of: regionList[Int(origins[Int(outer)].region)])
      trie.set(prefix, to: regionClass(number(of: region), .externalIPv4))
    }
    let ipv6Regions = regions.ipv6Regions()
    regionOfIPv6 = ipv6Regions.map { number(of: $0.region) }
    ipv6 = IPv6Addresses(
      regions: zip(ipv6Regions, regionOfIPv6).map { ($0.start, regionClass($1, .externalIPv6)) })
  }

  mutating func number(of region: AddressRegion) -> UInt32 {
    if let number = regionNumbers[region] { return number }
    let number = UInt32(regionList.count)
    regionList.append(region)
    regionNumbers[region] = number
    return number
  }

  /// The class of external addresses in a region.
  mutating func regionClass(_ region: UInt32, _ category: PeerCategory) -> UInt32 {
    let key = UInt64(region) << 3 | UInt64(category.rawValue)
    if let known = classOfRegion[key] { return known }
    let index = addClass(
      ClassOrigin(category: category, group: 0, region: region, needsOwner: false))
    classOfRegion[key] = index
    return index
  }

  private mutating func addClass(_ origin: ClassOrigin) -> UInt32 {
    origins.append(origin)
    classes.append(makeClass(origin))
    return UInt32(classes.count - 1)
  }

  /// Rows and columns of a class.
  mutating func makeClass(_ origin: ClassOrigin) -> AddressClass {
    let blocks = regionList[Int(origin.region)]
    let group = Int(origin.group)
    var (egressRow, ingressRow, portProfile): (UInt32, UInt32, UInt32) = (0, 0, 0)
    var (egressMembers, ingressMembers): ([UInt32], [UInt32]) = ([], [])
    switch origin.category {
    case .externalIPv4, .externalIPv6: break
    case .nodeIPv4, .nodeIPv6: egressMembers = nodeMatching.atoms(of: nodeGroups[origin.group])
    case .podIPv4, .podIPv6:
      egressRow = rowsEgress.rowOfGroup[group]
      ingressRow = rowsIngress.rowOfGroup[group]
      egressMembers = peerColumns.egressAtoms[group]
      ingressMembers = peerColumns.ingressAtoms[group]
      portProfile = groups.profiles[group]
    }
    return AddressClass(
      egressRow: egressRow, ingressRow: ingressRow,
      egressPeer: peerColumns.column(
        .egress, origin.category, members: egressMembers, blockList: blocks.egress,
        portProfile: portProfile, &regions),
      ingressPeer: peerColumns.column(
        .ingress, origin.category, members: ingressMembers, blockList: blocks.ingress,
        portProfile: portProfile, &regions),
      needsOwner: origin.needsOwner)
  }

  // MARK: - Nodes

  private mutating func addNodes(_ nodes: NodeIndex, _ claims: inout [IPv6Claim]) {
    var nodesOfAddress: [IPAddress: [UInt32]] = [:]
    for node in nodes.addresses.indices {
      for address in nodes.addresses[node] {
        nodesOfAddress[address, default: []].append(UInt32(node))
      }
    }
    for (address, members) in nodesOfAddress.sorted(by: { $0.key < $1.key }) {
      let group = nodeGroups.intern(members.span)
      let owner = OwnerCode(node: Int(group))
      if let ipv4 = address.ipv4Bits {
        let region = origins[Int(trie[ipv4])].region
        trie.set(ipv4, to: nodeClass(group, region, .nodeIPv4), owner: owner)
      } else {
        claims.append(
          IPv6Claim(high: address.high, low: address.low, owner: owner, hasSiblings: false))
      }
    }
  }

  private var classOfNodeGroup: [UInt64: UInt32] = [:]

  mutating func nodeClass(
    _ group: UInt32, _ region: UInt32, _ category: PeerCategory
  ) -> UInt32 {
    let key = UInt64(group) << 33 | UInt64(region) << 1 | (category == .nodeIPv6 ? 1 : 0)
    if let known = classOfNodeGroup[key] { return known }
    let index = addClass(
      ClassOrigin(category: category, group: group, region: region, needsOwner: true))
    classOfNodeGroup[key] = index
    return index
  }

  // MARK: - Pods

  private mutating func addPods(_ pods: Span<Pod>, _ claims: inout [IPv6Claim]) {
    trie.reserveCapacity(addressCount: pods.count)
    for position in pods.indices {
      let group = groups.groupOfPod[position]
      guard group != PodGroups.noGroup else { continue }
      let owner = OwnerCode(pod: position)
      let addresses = pods[position].addresses
      let hasSiblings = Self.hasSiblings(addresses)
      for address in addresses {
        guard let ipv4 = address.ipv4Bits else {
          claims.append(
            IPv6Claim(
              high: address.high, low: address.low, owner: owner, hasSiblings: hasSiblings))
          continue
        }
        let place = trie.place(of: ipv4)
        if let other = trie.owner(at: place).podIndex {
          contested.insert(address)
          if !AddressClaim.isBetter(position, than: other, pods) { continue }
        }
        let region = origins[Int(trie.classIndex(at: place))].region
        trie.set(at: place, to: podClass(group, region, .podIPv4, hasSiblings), owner: owner)
      }
    }
  }

  /// Whether the pod has two addresses of one family, so that it can reach itself under another one.
  static func hasSiblings(_ addresses: [IPAddress]) -> Bool {
    addresses.count > 1
      && (addresses.count > 2 || addresses[0].family == addresses[1].family)
  }

  mutating func podClass(
    _ group: UInt32, _ region: UInt32, _ category: PeerCategory, _ needsOwner: Bool
  ) -> UInt32 {
    let key =
      UInt64(group) << 32 | UInt64(region) << 2 | (category == .podIPv6 ? 2 : 0)
      | (needsOwner ? 1 : 0)
    if key == lastGroupKey { return lastGroupClass }
    lastGroupKey = key
    if let known = classOfGroup[key] {
      lastGroupClass = known
    } else {
      lastGroupClass = addClass(
        ClassOrigin(category: category, group: group, region: region, needsOwner: needsOwner))
      classOfGroup.insert(key, lastGroupClass)
    }
    return lastGroupClass
  }

  // MARK: - IPv6

  /// That a pod or a node lists an IPv6 address.
  private struct IPv6Claim {
    var high: UInt64
    var low: UInt64
    var owner: OwnerCode
    /// Of the pod.
    var hasSiblings: Bool
  }

  /// Enters each claimed address once: sorted, so that rivals are neighbours.
  private mutating func addIPv6(_ claims: inout [IPv6Claim], _ pods: Span<Pod>) {
    func isBefore(_ left: IPv6Claim, _ right: IPv6Claim) -> Bool {
      left.high != right.high ? left.high < right.high : left.low < right.low
    }
    claims.sort(by: isBefore)
    ipv6.reserveCapacity(claims.count)
    var regionIndex = 0
    var start = 0
    while start < claims.count {
      var best = claims[start]
      var next = start + 1
      while next < claims.count, !isBefore(claims[start], claims[next]) {
        if best.owner.podIndex != nil, claims[next].owner.podIndex != nil {
          contested.insert(IPAddress(ipv6High: best.high, low: best.low))
        }
        best = Self.better(best, claims[next], pods)
        next += 1
      }
      start = next
      let address = IPAddress(ipv6High: best.high, low: best.low)
      regionIndex = ipv6.region(of: address, from: regionIndex)
      let region = regionOfIPv6[regionIndex]
      let classIndex: UInt32
      if let position = best.owner.podIndex {
        classIndex = podClass(
          groups.groupOfPod[position], region, .podIPv6, best.hasSiblings)
      } else {
        classIndex = nodeClass(UInt32(best.owner.nodeIndex ?? 0), region, .nodeIPv6)
      }
      ipv6.add(address, classIndex: classIndex, owner: best.owner)
    }
  }

  /// A pod's claim is better than a node's (semantics 2.0, step 1).
  private static func better(
    _ left: IPv6Claim, _ right: IPv6Claim, _ pods: Span<Pod>
  ) -> IPv6Claim {
    guard let leftPod = left.owner.podIndex else { return right }
    guard let rightPod = right.owner.podIndex else { return left }
    return AddressClaim.isBetter(rightPod, than: leftPod, pods) ? right : left
  }
}
