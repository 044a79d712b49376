using System.Diagnostics;
using Cloud.Store.Local;
using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;
using static Cloud.Tests.Store.Local.LocalDirectory;

namespace Cloud.Tests.Store.Local;

/// <summary>On a small file system in memory; skipped where nobody may mount one.</summary>
public sealed class LocalFullDiskTests : IAsyncLifetime
{
    readonly LocalDirectory directory = new();
    bool isMounted;

    public Task InitializeAsync()
    {
        isMounted =
            OperatingSystem.IsLinux()
            && Environment.IsPrivilegedProcess
            && Run("mount", "-t", "tmpfs", "-o", "size=24m", "none", directory.Path);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await directory.CloseAsync();
        if (isMounted)
            Run("umount", directory.Path);
        await directory.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_full_disk_is_told_loses_nothing_and_is_got_over()
    {
        Skip.IfNot(isMounted, "no file system could be mounted");
        var filler = Path.Combine(directory.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[6 * 1024 * 1024]);
        var store = await directory.OpenAsync(directory.Small);

        var blobs = await FillAsync(i => PutAsync(store, $"{i}", Octets.Of(i, 70_000)));
        var rows = await FillAsync(i => CommitAsync(store, i));
        await AssertKeptAsync(store, blobs, rows);

        File.Delete(filler);
        Assert.True(await PutAsync(store, "later", Octets.Of(1, 70_000)));
        await CommitAsync(store, 1_000_000);
        await AssertKeptAsync(await directory.ReopenAsync(), blobs, rows);
        await AssertKeptAsync(await directory.ReopenAsync(withoutIndex: true), blobs, rows);
        Assert.Equal(Octets.Of(1, 70_000), await GetAsync(directory.Store!, "later"));
    }

    static async Task<int> FillAsync(Func<int, Task> write)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await write(i);
            }
            catch (StoreFullException)
            {
                return i;
            }
        }
    }

    static async Task CommitAsync(LocalStore store, int i)
    {
        var data = new RowData { { "Bytes", Octets.Of(i, 30_000) } };
        var result = await store.Rows.CommitAsync("mail", new RowTransaction("p").Upsert($"{i}", data), default);
        Assert.True(result.Committed);
    }

    static async Task AssertKeptAsync(LocalStore store, int blobs, int rows)
    {
        Assert.True(blobs > 10, "too few blobs fitted");
        for (var i = 0; i < blobs; i++)
            Assert.Equal(Octets.Of(i, 70_000), await GetAsync(store, $"{i}"));
        for (var i = 0; i < rows; i++)
        {
            var row = await store.Rows.GetAsync("mail", new("p", $"{i}"), default);
            Assert.Equal(Octets.Of(i, 30_000), row!.Data.Bytes("Bytes"));
        }
    }

    static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false }
        );
        process!.WaitForExit();
        return process.ExitCode == 0;
    }
}
