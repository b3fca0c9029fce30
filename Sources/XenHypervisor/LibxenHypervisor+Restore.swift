#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface

    /// Restoring: xc_domain_restore reads from a pipe on a thread of its own; a task beside it reads the image record by
    /// record, so that not one byte behind the image is taken from the input.
    extension LibxenHypervisor {
        func restore(
            _ id: DomainID, _ restore: DomainRestore, input: any ImageInput
        ) async throws(HypervisorError) -> BuiltDomain {
            let stream = try ImageStream(.toLibrary, poller: poller)
            defer { stream.end() }
            let (built, inputError) = await withTaskGroup(of: RestorePart.self) { group in
                group.addTask { .library(await fill(id, restore, from: stream)) }
                group.addTask { .input(await feed(input, into: stream, for: id)) }
                var parts: (Result<BuiltDomain, HypervisorError>?, HypervisorError?) = (nil, nil)
                for await part in group {
                    switch part {
                    case .library(let result):
                        parts.0 = result
                        // The input may wait for bytes that nobody wants any more.
                        if case .failure = result { group.cancelAll() }
                    case .input(let error):
                        parts.1 = error
                    }
                }
                return parts
            }
            guard let built else { preconditionFailure("a task group has lost a task") }
            // When the input failed, what the library says is only that it ended.
            if case .failure = built, let inputError { throw inputError }
            return try built.get()
        }
    }

    private enum RestorePart: Sendable {
        case library(Result<BuiltDomain, HypervisorError>)
        /// nil: all of it was taken, or the library did not want it.
        case input(HypervisorError?)
    }

    /// The library's part.
    private func fill(
        _ id: DomainID, _ restore: DomainRestore, from stream: ImageStream
    ) async -> Result<BuiltDomain, HypervisorError> {
        do throws(HypervisorError) {
            return .success(
                try await onNewThread(named: "restore-\(id)") { () throws(HypervisorError) in
                    defer { stream.closeLibraryEnd() }
                    return try LibraryMemory.isKept { () throws(HypervisorError) in
                        try XenControl().restore(id, restore, from: stream.libraryEnd)
                    }
                })
        } catch {
            return .failure(error)
        }
    }

    /// The input's part: reads exactly one image (libxc's migration stream, version 3: docs/specs of Xen).
    private func feed(_ input: any ImageInput, into stream: ImageStream, for id: DomainID) async -> HypervisorError? {
        do {
            if input.canSend {
                try await stream.send(input)
                return nil
            }
            var framing = ImageFraming()
            while let count = framing.next() {
                let bytes = try await input.read(count)
                try framing.took(bytes)
                guard await stream.write(bytes) else { return nil }
            }
            return nil
        } catch let error as ImageFramingError {
            stream.end()
            return HypervisorError("xc_domain_restore", id, .badImage, text: error.description)
        } catch {
            stream.end()
            let reason: HypervisorError.Reason = Task.isCancelled ? .cancelled : .callback
            return HypervisorError("xc_domain_restore", id, reason, text: "\(error)")
        }
    }

    extension XenControl {
        fileprivate func restore(
            _ id: DomainID, _ restore: DomainRestore, from descriptor: Int32
        ) throws(HypervisorError) -> BuiltDomain {
            let raw = UInt32(id.rawValue)
            var (store, console): (UInt, UInt) = (0, 0)
            // The library does not look whether there are callbacks before it looks into them.
            var callbacks = restore_callbacks()
            do {
                try check("xc_domain_restore", id) {
                    xc_domain_restore(
                        $0, descriptor, raw, restore.storePort.rawValue, &store, 0, restore.consolePort.rawValue,
                        &console,
                        0, XC_STREAM_PLAIN, &callbacks, -1)
                }
            } catch {
                guard error.reason == .noMemory else {
                    throw HypervisorError(error.call, id, .badImage, text: error.text ?? error.reason.text)
                }
                throw error
            }
            try check("xc_dom_gnttab_seed", id) {
                xc_dom_gnttab_seed($0, raw, restore.kind == .pvh, xen_pfn_t(console), xen_pfn_t(store), 0, 0)
            }
            return BuiltDomain(storeFrame: UInt64(store), consoleFrame: UInt64(console))
        }
    }
#endif
