using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local.Sqlite;

/// <summary>Commits waiting transactions in groups, so that one fsync serves them all.</summary>
sealed class SqliteWriter : IGroupWriter, IDisposable
{
    /// <summary>Transactions that may wait; a caller beyond that waits for a place.</summary>
    const int Waiting = 1024;

    /// <summary>Transactions in one commit: bounds what one fault takes down and how long the first waits.</summary>
    const int GroupSize = 256;

    /// <summary>Pages of log after which it is moved into the file: 16 MiB, re-read by a reader in 20 ms.</summary>
    const int CheckpointPages = 4096;

    readonly List<WriterWork> group = new(GroupSize);
    readonly Inbox<WriterWork> inbox;
    readonly WriterDatabase database;
    readonly WriterThread thread;
    readonly ILogger log;
    int pagesInLog;

    public SqliteWriter(WriterDatabase database, WriterThread thread, ILogger log)
    {
        this.database = database;
        this.thread = thread;
        this.log = log;
        inbox = new(Waiting, thread);
        thread.Add(this);
    }

    public bool HasWork => inbox.HasWork;

    public async ValueTask<T> RunAsync<T>(WriterWork<T> work, CancellationToken cancel)
    {
        await inbox.AddAsync(work, cancel);
        return await work.Answer;
    }

    public void Dispose()
    {
        inbox.Close();
        thread.Remove(this);
        inbox.Dispose();
    }

    public void WriteGroup()
    {
        inbox.Take(group, GroupSize);
        CommitGroup();
        group.Clear();
        Checkpoint();
    }

    void CommitGroup()
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
