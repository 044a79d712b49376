using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local.Sqlite;

/// <summary>One thread that commits waiting transactions in groups, so that one fsync serves them all.</summary>
sealed class SqliteWriter : IDisposable
{
    /// <summary>Transactions that may wait; a caller beyond that waits for a place.</summary>
    const int Waiting = 1024;

    /// <summary>Transactions in one commit: bounds what one fault takes down and how long the first waits.</summary>
    const int GroupSize = 256;

    /// <summary>Pages of log after which it is moved into the file: 16 MiB, re-read by a reader in 20 ms.</summary>
    const int CheckpointPages = 4096;

    readonly Inbox<WriterWork> inbox = new(Waiting);
    readonly WriterDatabase database;
    readonly ILogger log;
    readonly Thread thread;
    int pagesInLog;

    public SqliteWriter(WriterDatabase database, ILogger log)
    {
        this.database = database;
        this.log = log;
        thread = new Thread(Run) { Name = "rows writer", IsBackground = true };
        thread.Start();
    }

    public async ValueTask<T> RunAsync<T>(WriterWork<T> work, CancellationToken cancel)
    {
        await inbox.AddAsync(work, cancel);
        return await work.Answer;
    }

    public void Dispose()
    {
        inbox.Close();
        thread.Join();
        inbox.Dispose();
    }

    void Run()
    {
        var group = new List<WriterWork>(GroupSize);
        while (inbox.Take(group, GroupSize))
        {
            CommitGroup(group);
            group.Clear();
            Checkpoint();
        }
    }

    void CommitGroup(List<WriterWork> group)
    {
        try
        {
            database.Begin();
            foreach (var work in group)
                work.Run(database);
            database.Commit();
        }
#pragma warning disable CA1031 // Whatever happened, callers must hear of it and the thread must live on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            Log.GroupFailed(log, group.Count, cause);
            var fault = cause as StoreException ?? new StoreException("The transaction was not committed", cause);
            Rollback();
            foreach (var work in group)
                work.Fail(fault);
            return;
        }
        foreach (var work in group)
            work.Succeed();
    }

    void Rollback()
    {
        try
        {
            database.Rollback();
            database.Overwrite();
        }
        catch (StoreException cause)
        {
            Log.GroupFailed(log, 0, cause);
        }
    }

    // Between groups and after their answers, so that no commit waits for it inside its own fsync.
    void Checkpoint()
    {
        pagesInLog += database.TakePagesWritten();
        if (pagesInLog < CheckpointPages)
            return;
        try
        {
            pagesInLog = database.Checkpoint();
        }
        catch (StoreException cause)
        {
            pagesInLog = 0;
            Log.CheckpointFailed(log, cause);
        }
    }
}
