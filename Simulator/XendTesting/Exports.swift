// A test needs one import: what the kit's own declarations show comes with it, and with that what those show.

@_exported import DomainModel
@_exported import HTTPInterface
@_exported import HostInterface
@_exported import HypervisorInterface
@_exported import SExpressions
@_exported import ScenarioLanguage
@_exported import SimulatedHost
@_exported import SimulatedHypervisor
@_exported import Simulation
@_exported import XendDaemon

@_exported import struct DomainLifecycle.NumberedEvent
@_exported import struct DomainManagement.Deed
@_exported import struct XendClient.XendResponse
