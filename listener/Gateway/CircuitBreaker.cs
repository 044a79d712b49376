namespace Cloud.Listener.Gateway;

/// <summary>Spares a service that does not answer, and those who would wait for it.</summary>
/// <param name="failures">In a row, before it opens.</param>
/// <param name="pause">How long it stays open; then one call at a time is let through until one succeeds.</param>
sealed class CircuitBreaker(int failures, TimeSpan pause, TimeProvider time)
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
    public bool TryEnter()
    {
        lock (guard)
        {
            if (inRow < failures)
                return true;
            if (isProbing || time.GetElapsedTime(openedAt) < pause)
                return false;
            return isProbing = true;
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

    /// <returns>Whether it opens now.</returns>
    public bool Failed()
    {
        lock (guard)
        {
            isProbing = false;
            openedAt = time.GetTimestamp();
            return ++inRow == failures;
        }
    }

    /// <summary>The call was given up: it tells nothing.</summary>
    public void GaveUp()
    {
        lock (guard)
            isProbing = false;
    }
}
