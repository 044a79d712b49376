namespace Cloud.Wire;

/// <summary>Spares a service that does not answer, and those who would wait for it.</summary>
/// <param name="failures">In a row, before it opens.</param>
/// <param name="pause">How long it stays open; then one call at a time is let through until one succeeds.</param>
public sealed class CircuitBreaker(int failures, TimeSpan pause, TimeProvider time)
{
    readonly Lock guard = new();
    int inRow;
    long openedAt;
    bool isProbing;

    /// <summary>True while calls are failed at once; false again after the pause, for a call must come to probe.</summary>
    public bool IsOpen
    {
        get
        {
            lock (guard)
                return inRow >= failures && time.GetElapsedTime(openedAt) < pause;
        }
    }

    /// <returns>False when the call is to fail at once; else tell how it ended.</returns>
    /// <param name="isProbe">Whether it is let through to see whether others may be.</param>
    public bool TryEnter(out bool isProbe)
    {
        lock (guard)
        {
            isProbe = false;
            if (inRow < failures)
                return true;
            if (isProbing || time.GetElapsedTime(openedAt) < pause)
                return false;
            return isProbe = isProbing = true;
        }
    }

    /// <returns>Whether it was open until now.</returns>
    public bool Succeeded()
    {
        lock (guard)
        {
            var wasOpen = inRow >= failures;
            (inRow, isProbing) = (0, false);
            return wasOpen;
        }
    }

    /// <summary>Only the probe's failure begins a new pause: calls begun before it opened may fail long after.</summary>
    /// <returns>Whether it opens now.</returns>
    public bool Failed(bool isProbe)
    {
        lock (guard)
        {
            if (inRow >= failures && !isProbe)
                return false;
            if (isProbe)
                isProbing = false;
            openedAt = time.GetTimestamp();
            return ++inRow == failures;
        }
    }

    /// <summary>The call tells nothing: it was given up, or its answer is still far.</summary>
    public void ToldNothing(bool isProbe)
    {
        lock (guard)
            isProbing &= !isProbe;
    }
}
