using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Cloud.Listener.Hosting;

/// <summary>One read at a time, whose wait may end without it: the read goes on, and the next wait takes it up.</summary>
/// <remarks>
/// Cancelling a read inside TLS could lose part of a record. Allocates nothing: a busy session waits several times for
/// each message.
/// </remarks>
sealed class InterruptibleRead : IValueTaskSource
{
    readonly Lock gate = new();
    readonly Action arrive;
    ManualResetValueTaskSourceCore<bool> signal;
    ValueTask<ReadResult> reading;
    bool arrived;
    bool waiting;
    Interruption interruptions;
    Interruption heard;

    public InterruptibleRead() => arrive = Arrive;

    /// <summary>A read is under way, or its result not yet taken.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>True once the server is stopping, or the login counts no more.</summary>
    public bool IsDraining => (interruptions & Interruption.Drain) != 0;

    /// <summary>True once the login counts no more.</summary>
    public bool IsRevoked => (interruptions & Interruption.Revoked) != 0;

    public void Begin(ValueTask<ReadResult> read)
    {
        (reading, arrived, IsUnderWay) = (read, false, true);
        read.GetAwaiter().UnsafeOnCompleted(arrive);
    }

    /// <summary>Ends when the read does, or with an interruption; <see cref="Interrupted"/> then says with which.</summary>
    /// <param name="hear">What may end it.</param>
    public ValueTask WaitAsync(Interruption hear)
    {
        lock (gate)
        {
            heard = hear;
            if (arrived || (interruptions & heard) != Interruption.None)
                return ValueTask.CompletedTask;
            signal.Reset();
            waiting = true;
            return new(this, signal.Version);
        }
    }

    /// <summary>Why the wait ended; bytes win, and an interruption is then kept for the next wait.</summary>
    /// <remarks>Not a deadline, which the bytes have met. Draining lasts; the others are told once.</remarks>
    public Interruption Interrupted()
    {
        lock (gate)
        {
            var taken = arrived ? Interruption.None : interruptions & heard;
            interruptions &= arrived ? ~Interruption.Timeout : Interruption.Drain | Interruption.Revoked;
            return taken;
        }
    }

    /// <summary>The result of a read that has ended.</summary>
    public ReadResult Take()
    {
        IsUnderWay = false;
        return reading.GetAwaiter().GetResult();
    }

    /// <summary>Callable from any thread.</summary>
    public void Interrupt(Interruption what)
    {
        lock (gate)
        {
            interruptions |= what;
            if (!waiting || (what & heard) == Interruption.None)
                return;
            waiting = false;
        }
        // The session must not go on inside whatever it was that interrupted it.
        signal.RunContinuationsAsynchronously = true;
        signal.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => signal.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => signal.OnCompleted(continuation, state, token, flags);

    void Arrive()
    {
        lock (gate)
        {
            arrived = true;
            if (!waiting)
                return;
            waiting = false;
        }
        signal.RunContinuationsAsynchronously = false;
        signal.SetResult(true);
    }
}
