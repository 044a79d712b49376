using Spectre.Console;

namespace Cloud.Cli.Archive;

/// <summary>Tells how far long work is.</summary>
interface IProgressBar
{
    /// <param name="of">How many steps it will have; null where that is not known.</param>
    void Begin(string what, long? of);

    void Step();
}

/// <summary>Bars on a terminal; nothing where the output goes to a file or a program.</summary>
static class Progress
{
    public static async Task<T> RunAsync<T>(Func<IProgressBar, Task<T>> work)
    {
        // Bars go to where errors go: what a command answers stays clean.
        if (Console.IsErrorRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
            return await work(new Silence());
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
        return await console
            .Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn(),
                new SpinnerColumn()
            )
            .StartAsync(context => work(new Bars(context)));
    }

    sealed class Silence : IProgressBar
    {
        public void Begin(string what, long? of) { }

        public void Step() { }
    }

    sealed class Bars(ProgressContext context) : IProgressBar
    {
        ProgressTask? bar;

        public void Begin(string what, long? of)
        {
            bar?.StopTask();
            bar = context.AddTask(Markup.Escape(what), maxValue: Math.Max(of ?? 1, 1));
            bar.IsIndeterminate = of is null;
        }

        public void Step() => bar?.Increment(1);
    }
}
