import ClusterModel
import LookupTable
import NetworkTypes

/// Gives every address its class: regions between the borders of blocks, then nodes, then pods.
struct AddressAssembly {
  private let groups: PodGroups
  private let rowsIngress: RowSignatures
  private let rowsEgress: RowSignatures
  private(set) var peerColumns: PeerColumns
  private var regions: AddressRegions

  private(set) var classes: [AddressClass] = []
  private(set) var trie = IPv4Trie(filledWith: 0)
  private(set) var ipv6 = IPv6Addresses(regions: [])
  /// Nodes of each group that ``OwnerCode/nodeIndex`` names.
  private(set) var nodeGroups = ListInterner()

  /// Distinct regions, and the number of each class's and each IPv6 region's.
  private var regionNumbers: [AddressRegion: UInt32] = [:]
  private var regionList: [AddressRegion] = []
  private var regionOfClass: [UInt32] = []
  private var regionOfIPv6: [UInt32] = []
  private var classOfRegion: [UInt64: UInt32] = [:]
  private var classOfGroup = NumberMap()

  init(
    groups: PodGroups, rowsIngress: RowSignatures, rowsEgress: RowSignatures,
    regions: AddressRegions, peerColumns: PeerColumns
  ) {
    self.groups = groups
    self.rowsIngress = rowsIngress
    self.rowsEgress = rowsEgress
    self.regions = regions
    self.peerColumns = peerColumns
  }

  var maybeAtoms: Set<UInt32> { peerColumns.maybeAtoms }
  var ingressPeers: PeerSignatures { peerColumns.ingress }
  var egressPeers: PeerSignatures { peerColumns.egress }

  /// Enters everything.
  /// - Parameter nodeAtoms: the egress atoms of node selectors that match a group of nodes.
  mutating func assemble(
    _ pods: Span<Pod>, _ nodes: NodeIndex, nodeAtoms: (ArraySlice<UInt32>) -> [UInt32]
  ) {
    addRegions()
    var claims: [IPv6Claim] = []
    addNodes(nodes, nodeAtoms, &claims)
    addPods(pods, &claims)
    addIPv6(claims, pods, nodeAtoms)
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
        inside: border, of: regionList[Int(regionOfClass[Int(outer)])])
      trie.set(prefix, to: regionClass(number(of: region), .externalIPv4))
    }
    let ipv6Regions = regions.ipv6Regions()
    regionOfIPv6 = ipv6Regions.map { number(of: $0.region) }
    ipv6 = IPv6Addresses(
      regions: zip(ipv6Regions, regionOfIPv6).map { ($0.start, regionClass($1, .externalIPv6)) })
  }

  private mutating func number(of region: AddressRegion) -> UInt32 {
    if let number = regionNumbers[region] { return number }
    let number = UInt32(regionList.count)
    regionList.append(region)
    regionNumbers[region] = number
    return number
  }

  /// The class of external addresses in a region.
  private mutating func regionClass(_ region: UInt32, _ category: PeerCategory) -> UInt32 {
    let key = UInt64(region) << 3 | UInt64(category.rawValue)
    if let known = classOfRegion[key] { return known }
    let index = addClass(
      egressRow: 0, ingressRow: 0, region: region, category: category, egressMembers: [],
      ingressMembers: [], portProfile: 0, needsOwner: false)
    classOfRegion[key] = index
    return index
  }

  private mutating func addClass(
    egressRow: UInt32, ingressRow: UInt32, region: UInt32, category: PeerCategory,
    egressMembers: [UInt32], ingressMembers: [UInt32], portProfile: UInt32, needsOwner: Bool
  ) -> UInt32 {
    let blocks = regionList[Int(region)]
    classes.append(
      AddressClass(
        egressRow: egressRow, ingressRow: ingressRow,
        egressPeer: peerColumns.column(
          .egress, category, members: egressMembers, blockList: blocks.egress,
          portProfile: portProfile, &regions),
        ingressPeer: peerColumns.column(
          .ingress, category, members: ingressMembers, blockList: blocks.ingress,
          portProfile: portProfile, &regions),
        needsOwner: needsOwner))
    regionOfClass.append(region)
    return UInt32(classes.count - 1)
  }

  // MARK: - Nodes

  private mutating func addNodes(
    _ nodes: NodeIndex, _ nodeAtoms: (ArraySlice<UInt32>) -> [UInt32],
    _ claims: inout [IPv6Claim]
  ) {
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
        let region = regionOfClass[Int(trie[ipv4])]
        trie.set(ipv4, to: nodeClass(group, region, .nodeIPv4, nodeAtoms), owner: owner)
      } else {
        claims.append(IPv6Claim(high: address.high, low: address.low, owner: owner))
      }
    }
  }

  private var classOfNodeGroup: [UInt64: UInt32] = [:]

  private mutating func nodeClass(
    _ group: UInt32, _ region: UInt32, _ category: PeerCategory,
    _ nodeAtoms: (ArraySlice<UInt32>) -> [UInt32]
  ) -> UInt32 {
    let key = UInt64(group) << 33 | UInt64(region) << 1 | (category == .nodeIPv6 ? 1 : 0)
    if let known = classOfNodeGroup[key] { return known }
    let index = addClass(
      egressRow: 0, ingressRow: 0, region: region, category: category,
      egressMembers: nodeAtoms(nodeGroups[group]), ingressMembers: [], portProfile: 0,
      needsOwner: true)
    classOfNodeGroup[key] = index
    return index
  }

  // MARK: - Pods

  private mutating func addPods(_ pods: Span<Pod>, _ claims: inout [IPv6Claim]) {
    for position in pods.indices {
      let group = groups.groupOfPod[position]
      guard group != PodGroups.noGroup else { continue }
      let owner = OwnerCode(pod: position)
      let hasSiblings = Self.hasSiblings(pods[position].addresses)
      for address in pods[position].addresses {
        guard let ipv4 = address.ipv4Bits else {
          claims.append(IPv6Claim(high: address.high, low: address.low, owner: owner))
          continue
        }
        if let other = trie.owner(ipv4).podIndex,
          !AddressClaim.isBetter(position, than: other, pods)
        {
          continue
        }
        let region = regionOfClass[Int(trie[ipv4])]
        trie.set(ipv4, to: podClass(group, region, .podIPv4, hasSiblings), owner: owner)
      }
    }
  }

  /// Whether the pod has two addresses of one family, so that it can reach itself under another one.
  private static func hasSiblings(_ addresses: [IPAddress]) -> Bool {
    addresses.count > 1
      && (addresses.count > 2 || addresses[0].family == addresses[1].family)
  }

  private mutating func podClass(
    _ group: UInt32, _ region: UInt32, _ category: PeerCategory, _ needsOwner: Bool
  ) -> UInt32 {
    let key =
      UInt64(group) << 32 | UInt64(region) << 2 | (category == .podIPv6 ? 2 : 0)
      | (needsOwner ? 1 : 0)
    if let known = classOfGroup[key] { return known }
    let index = addClass(
      egressRow: rowsEgress.rowOfGroup[Int(group)], ingressRow: rowsIngress.rowOfGroup[Int(group)],
      region: region, category: category, egressMembers: peerColumns.egressAtoms[Int(group)],
      ingressMembers: peerColumns.ingressAtoms[Int(group)],
      portProfile: groups.profiles[Int(group)], needsOwner: needsOwner)
    classOfGroup.insert(key, index)
    return index
  }

  // MARK: - IPv6

  /// That a pod or a node lists an IPv6 address.
  private struct IPv6Claim {
    var high: UInt64
    var low: UInt64
    var owner: OwnerCode
  }

  /// Enters each claimed address once: sorted, so that rivals are neighbours.
  private mutating func addIPv6(
    _ unsorted: [IPv6Claim], _ pods: Span<Pod>,
    _ nodeAtoms: (ArraySlice<UInt32>) -> [UInt32]
  ) {
    func isBefore(_ left: IPv6Claim, _ right: IPv6Claim) -> Bool {
      left.high != right.high ? left.high < right.high : left.low < right.low
    }
    var claims = unsorted
    claims.sort(by: isBefore)
    var start = 0
    while start < claims.count {
      var best = claims[start]
      var next = start + 1
      while next < claims.count, !isBefore(claims[start], claims[next]) {
        best = Self.better(best, claims[next], pods)
        next += 1
      }
      start = next
      let address = IPAddress(ipv6High: best.high, low: best.low)
      let region = regionOfIPv6[ipv6.region(of: address)]
      let classIndex: UInt32
      if let position = best.owner.podIndex {
        classIndex = podClass(
          groups.groupOfPod[position], region, .podIPv6,
          Self.hasSiblings(pods[position].addresses))
      } else {
        classIndex = nodeClass(
          UInt32(best.owner.nodeIndex ?? 0), region, .nodeIPv6, nodeAtoms)
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
