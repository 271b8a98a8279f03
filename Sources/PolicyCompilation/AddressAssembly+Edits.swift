import ClusterModel
import LookupTable
import NetworkTypes

extension AddressAssembly {
  /// Gives classes the rows and columns that their origins have now.
  ///
  /// - Parameters:
  ///   - groups: whether a pod group has changed, by number.
  ///   - nodes: whether nodes match other atoms than before.
  /// - Complexity: O(classes).
  mutating func refreshClasses(ofGroups groups: [Bool], nodes: Bool) {
    for index in classes.indices {
      let isChanged =
        switch origins[index].category {
        case .podIPv4, .podIPv6: groups[Int(origins[index].group)]
        case .nodeIPv4, .nodeIPv6: nodes
        case .externalIPv4, .externalIPv6: false
        }
      if isChanged { classes[index] = makeClass(origins[index]) }
    }
  }

  // MARK: - Blocks

  /// Makes a new block's atoms match its addresses.
  ///
  /// - Parameters:
  ///   - ingress: its atom as a peer of ingress rules; likewise `egress`.
  /// - Complexity: linear in the addresses inside of the block that pods and nodes have.
  mutating func add(_ block: AddressBlocks.Block, ingress: UInt32?, egress: UInt32?) {
    // An except around the whole block leaves nothing of it.
    if block.except.contains(where: { $0.contains(block.prefix) }) { return }
    var change = RegionChange(adding: true, ingress: ingress, egress: egress)
    apply(&change, inside: block.prefix)
    change = RegionChange(adding: false, ingress: ingress, egress: egress)
    for except in block.except where block.prefix.contains(except) {
      apply(&change, inside: except)
    }
  }

  /// Atoms that a region gets or loses, and the classes that follow from it.
  private struct RegionChange {
    let adding: Bool
    let ingress: UInt32?
    let egress: UInt32?
    /// New classes and regions by the old ones.
    var classes: [UInt32: UInt32] = [:]
    var regions: [UInt32: UInt32] = [:]

    init(adding: Bool, ingress: UInt32?, egress: UInt32?) {
      self.adding = adding
      self.ingress = ingress
      self.egress = egress
    }
  }

  private mutating func apply(_ change: inout RegionChange, inside prefix: IPPrefix) {
    if prefix.family == .ipv4 {
      var trie = IPv4Trie(filledWith: 0)
      // Out of `self` for the time of the change, which makes classes.
      swap(&trie, &self.trie)
      trie.update(prefix) { changedClass($0, &change) }
      swap(&trie, &self.trie)
      return
    }
    if let next = prefix.lastAddress.successor { splitIPv6Region(at: next) }
    var region = splitIPv6Region(at: prefix.address)
    while region < ipv6.regions.count, ipv6.regions[region].start <= prefix.lastAddress {
      regionOfIPv6[region] = changedRegion(regionOfIPv6[region], &change)
      ipv6.setClass(
        ofRegion: region, to: regionClass(regionOfIPv6[region], .externalIPv6))
      region += 1
    }
    var addresses = IPv6Addresses(regions: [])
    swap(&addresses, &ipv6)
    addresses.update(prefix) { changedClass($0, &change) }
    swap(&addresses, &ipv6)
  }

  @discardableResult
  private mutating func splitIPv6Region(at start: IPAddress) -> Int {
    let (index, isNew) = ipv6.split(at: start)
    if isNew { regionOfIPv6.insert(regionOfIPv6[index - 1], at: index) }
    return index
  }

  private mutating func changedRegion(_ number: UInt32, _ change: inout RegionChange) -> UInt32 {
    if let known = change.regions[number] { return known }
    let region = regions.region(
      regionList[Int(number)], adding: change.adding, ingress: change.ingress,
      egress: change.egress)
    let result = self.number(of: region)
    change.regions[number] = result
    return result
  }

  private mutating func changedClass(_ index: UInt32, _ change: inout RegionChange) -> UInt32 {
    if let known = change.classes[index] { return known }
    var origin = origins[Int(index)]
    origin.region = changedRegion(origin.region, &change)
    let result = classIndex(of: origin)
    change.classes[index] = result
    return result
  }

  private mutating func classIndex(of origin: ClassOrigin) -> UInt32 {
    switch origin.category {
    case .externalIPv4, .externalIPv6: regionClass(origin.region, origin.category)
    case .nodeIPv4, .nodeIPv6: nodeClass(origin.group, origin.region, origin.category)
    case .podIPv4, .podIPv6:
      podClass(origin.group, origin.region, origin.category, origin.needsOwner)
    }
  }

  // MARK: - Owners

  private func owner(of address: IPAddress) -> OwnerCode {
    if let ipv4 = address.ipv4Bits { return trie.owner(ipv4) }
    return ipv6.entry(address)?.owner ?? .none
  }

  /// Number of the region around an address.
  private func region(around address: IPAddress) -> UInt32 {
    if let ipv4 = address.ipv4Bits { return origins[Int(trie[ipv4])].region }
    return regionOfIPv6[ipv6.region(of: address)]
  }

  /// Enters the owner of an address and the class that follows from it.
  private mutating func setOwner(
    _ owner: OwnerCode, of address: IPAddress, _ pods: [Pod]
  ) {
    let region = region(around: address)
    let isIPv4 = address.family == .ipv4
    let classIndex: UInt32
    if let position = owner.podIndex {
      classIndex = podClass(
        groups.groupOfPod[position], region, isIPv4 ? .podIPv4 : .podIPv6,
        Self.hasSiblings(pods[position].addresses))
    } else if let group = owner.nodeIndex {
      classIndex = nodeClass(UInt32(group), region, isIPv4 ? .nodeIPv4 : .nodeIPv6)
    } else {
      classIndex = regionClass(region, isIPv4 ? .externalIPv4 : .externalIPv6)
    }
    if let ipv4 = address.ipv4Bits {
      trie.set(ipv4, to: classIndex, owner: owner)
    } else if owner == .none {
      ipv6.remove(address)
    } else {
      ipv6.set(address, to: classIndex, owner: owner)
    }
  }

  /// Enters the addresses of the pod at `position`, which has a group.
  mutating func enterPod(at position: Int, _ pods: [Pod]) {
    for address in pods[position].addresses {
      if let other = owner(of: address).podIndex {
        contested.insert(address)
        if !AddressClaim.isBetter(position, than: other, pods.span) { continue }
      }
      setOwner(OwnerCode(pod: position), of: address, pods)
    }
  }

  /// Takes the pod at `position` out; the last one takes its place. Its addresses fall to whoever lists them too.
  ///
  /// - Parameter pods: all pods, the removed one among them; likewise in ``groups``.
  /// - Complexity: O(addresses); O(pods) where an address was another pod's, too.
  mutating func removePod(at position: Int, _ pods: inout [Pod], _ nodes: NodeIndex) {
    let last = pods.count - 1
    let orphaned =
      groups.groupOfPod[position] == PodGroups.noGroup
      ? [] : pods[position].addresses.filter { owner(of: $0).podIndex == position }
    if position != last, groups.groupOfPod[last] != PodGroups.noGroup {
      for address in pods[last].addresses where owner(of: address).podIndex == last {
        // Its class stays: only the number changes.
        if let ipv4 = address.ipv4Bits {
          trie.set(ipv4, to: trie[ipv4], owner: OwnerCode(pod: position))
        } else if let entry = ipv6.entry(address) {
          ipv6.set(address, to: entry.classIndex, owner: OwnerCode(pod: position))
        }
      }
    }
    pods.swapAt(position, last)
    pods.removeLast()
    groups.removePod(at: position)
    for address in orphaned { findOwner(of: address, pods, nodes) }
  }

  /// Enters who has an address now that its pod has gone.
  private mutating func findOwner(of address: IPAddress, _ pods: [Pod], _ nodes: NodeIndex) {
    var best: Int?
    if contested.contains(address) {
      for position in pods.indices
      where groups.groupOfPod[position] != PodGroups.noGroup
        && pods[position].addresses.contains(address)
      {
        if let other = best, !AddressClaim.isBetter(position, than: other, pods.span) { continue }
        best = position
      }
    }
    setOwner(
      best.map { OwnerCode(pod: $0) } ?? nodeOwner(of: address, nodes), of: address, pods)
  }

  private mutating func nodeOwner(of address: IPAddress, _ nodes: NodeIndex) -> OwnerCode {
    let members = nodes.nodes(with: address)
    return members.isEmpty ? .none : OwnerCode(node: Int(nodeGroups.intern(members)))
  }

  /// Enters an address anew that other nodes have than before, unless it is a pod's.
  mutating func updateNodeAddress(_ address: IPAddress, _ pods: [Pod], _ nodes: NodeIndex) {
    guard owner(of: address).podIndex == nil else { return }
    setOwner(nodeOwner(of: address, nodes), of: address, pods)
  }
}
