#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface
    import Synchronization

    /// Saving: xc_domain_save writes into a pipe on a thread of its own and asks us through callbacks; meanwhile one task
    /// carries the bytes on, and another answers.
    extension LibxenHypervisor {
        func save(
            _ id: DomainID, live: Bool, output: any ImageOutput, observer: any SaveObserver
        ) async throws(HypervisorError) {
            let stream = try ImageStream(.fromLibrary, poller: poller)
            defer { stream.end() }
            let run = SaveRun(id: id, live: live, stream: stream)
            let failure: HypervisorError? = await withTaskCancellationHandler {
                await withTaskGroup(of: HypervisorError?.self) { group in
                    group.addTask {
                        do throws(HypervisorError) {
                            try await onNewThread(named: "save-\(id)") { () throws(HypervisorError) in try run.save() }
                            return nil
                        } catch {
                            return error
                        }
                    }
                    group.addTask { await run.carry(to: output) }
                    await run.answer(for: observer)
                    return await group.reduce(nil) { $0 ?? $1 }
                }
            } onCancel: {
                run.cancel()
            }
            if let failure { throw run.explain(failure) }
        }
    }

    /// One save.
    private final class SaveRun: Sendable {
        private struct State {
            var isCancelled = false
            var hasAskedToSuspend = false
            var isSuspended = false
            /// All pages, which the first round sends.
            var pagesTotal: UInt64 = 0
            /// Why the caller's own part failed.
            var callbackFailure: String?
        }

        private let id: DomainID
        private let live: Bool
        private let stream: ImageStream
        private let state = Mutex(State())
        private let questions: AsyncStream<SaveQuestion>
        private let ask: AsyncStream<SaveQuestion>.Continuation

        init(id: DomainID, live: Bool, stream: ImageStream) {
            self.id = id
            self.live = live
            self.stream = stream
            (questions, ask) = AsyncStream.makeStream()
        }

        func cancel() { state.withLock { $0.isCancelled = true } }

        /// The error of the library, or what made it fail.
        func explain(_ error: HypervisorError) -> HypervisorError {
            state.withLock { state in
                if state.isCancelled, !state.hasAskedToSuspend { return HypervisorError(error.call, id, .cancelled) }
                return state.callbackFailure.map { HypervisorError(error.call, id, .callback, text: $0) } ?? error
            }
        }

        // MARK: On the library's thread

        func save() throws(HypervisorError) {
            defer {
                stream.closeLibraryEnd()
                ask.finish()
            }
            // The library looks for a PV guest's tables of its memory before it asks to suspend it, and one that has never run has
            // none yet. It boots so far first, and then nothing of it changes while it is copied.
            let hasRun = try XenControl().requiredReport("xc_domain_save", id).cpu_time > 0
            guard hasRun || suspend() else {
                throw HypervisorError("xc_domain_save", id, .callback, text: "it was not suspended")
            }
            let isCopiedLive = live && hasRun
            let this = Unmanaged.passUnretained(self)
            var callbacks = save_callbacks()
            callbacks.data = this.toOpaque()
            callbacks.suspend = { data in
                guard let data else { return 0 }
                return Unmanaged<SaveRun>.fromOpaque(data).takeUnretainedValue().suspend() ? 1 : 0
            }
            callbacks.precopy_policy = { stats, data in
                guard let data else { return XGS_POLICY_ABORT }
                return Unmanaged<SaveRun>.fromOpaque(data).takeUnretainedValue().decide(stats)
            }
            // The library insists on it for every guest that is not PV. A PVH guest has no device model.
            callbacks.switch_qemu_logdirty = { _, _, _ in 0 }
            try withExtendedLifetime(self) { () throws(HypervisorError) in
                _ = try XenControl().check("xc_domain_save", id) {
                    xc_domain_save(
                        $0, stream.libraryEnd, UInt32(id.rawValue), isCopiedLive ? UInt32(XCFLAGS_LIVE) : 0, &callbacks,
                        XC_STREAM_PLAIN, -1)
                }
            }
        }

        /// Once; the library asks again for what was done before.
        private func suspend() -> Bool {
            let (mayAsk, isDone) = state.withLock { state in
                if !state.isCancelled { state.hasAskedToSuspend = true }
                return (!state.isCancelled, state.isSuspended)
            }
            guard mayAsk, !isDone else { return mayAsk }
            let answer = Answer<Bool>()
            ask.yield(.suspend(answer))
            let isSuspended = answer.wait()
            state.withLock { $0.isSuspended = isSuspended }
            return isSuspended
        }

        /// The library asks before each round, and once after it, when it does not know yet what has been dirtied.
        private func decide(_ stats: precopy_stats) -> Int32 {
            let mayGoOn = state.withLock { state in
                if stats.iteration == 0 { state.pagesTotal = UInt64(stats.dirty_count) }
                return !state.isCancelled && state.callbackFailure == nil
            }
            guard mayGoOn else { return XGS_POLICY_ABORT }
            guard stats.iteration > 0, stats.dirty_count >= 0 else { return XGS_POLICY_CONTINUE_PRECOPY }
            let answer = Answer<Bool>()
            let progress = SaveProgress(
                round: Int(stats.iteration) - 1, pagesSent: UInt64(stats.total_written),
                pagesDirty: UInt64(stats.dirty_count), pagesTotal: state.withLock { $0.pagesTotal })
            ask.yield(.round(progress, answer))
            return answer.wait() ? XGS_POLICY_CONTINUE_PRECOPY : XGS_POLICY_STOP_AND_COPY
        }

        // MARK: Tasks beside it

        /// Hands the bytes of the image on.
        /// - Returns: why they could not be.
        func carry(to output: any ImageOutput) async -> HypervisorError? {
            await stream.carry(to: output) { fail("\($0)") }.map {
                HypervisorError("xc_domain_save", id, .callback, text: "\($0)")
            }
        }

        /// Answers the library's questions, until it has returned.
        func answer(for observer: any SaveObserver) async {
            for await question in questions {
                switch question {
                case .suspend(let answer): answer.give(await suspends(observer))
                case .round(let progress, let answer):
                    answer.give(await observer.round(progress))
                }
            }
        }

        private func suspends(_ observer: any SaveObserver) async -> Bool {
            do {
                try await observer.suspend()
                return true
            } catch {
                fail("\(error)")
                return false
            }
        }

        private func fail(_ reason: String) {
            state.withLock { $0.callbackFailure = $0.callbackFailure ?? reason }
        }
    }

    /// How much of an image is moved at a time: each piece passes from thread to thread several times.
    let pieceSize = 1024 * 1024
#endif
